// @ts-check
/** The automatic cash-out: on or off, typed or stepped, with the chance to reach it and what it would pay. */
import { percent, percentWords } from "../play/shares.js";
import { fill, gettext, signed } from "../words.js";
import { decimals, payout, returnAfterCutting, survival } from "./curve.js";

/** @typedef {import("./curve.js").CrashTable} CrashTable */

export class Target {
  /** @param {HTMLElement} form @param {CrashTable} table @param {{ stake: () => number, changed: () => void }} options */
  constructor(form, table, { stake, changed }) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (form.querySelector(`[data-part=${name}]`));
    this.table = table;
    this.stake = stake;
    this.changed = changed;
    this.input = /** @type {HTMLInputElement} */ (part("target"));
    this.tick = /** @type {HTMLInputElement} */ (part("auto"));
    this.box = part("target-box");
    this.hint = part("odds");
    this.tick.addEventListener("change", () => this.show());
    this.input.addEventListener("input", () => { this.tick.checked = true; this.show(); });
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-target]"))) {
      button.addEventListener("click", () => this.move(button.dataset.target === "up"));
    }
  }

  get on() {
    return this.tick.checked;
  }

  /** The target in hundredths; NaN while it is no number of at most two decimals. */
  get value() {
    const text = this.input.value.trim().replace(/x$/i, "");
    return /^\d{1,5}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : NaN;
  }

  get valid() {
    return !this.on || (this.value >= this.table.target_min && this.value <= this.table.target_max);
  }

  /** What a bet is placed with: a multiple of the stake, or none. */
  get asked() {
    return this.on ? this.value / 100 : null;
  }

  /** To the next round number: steps grow with the target. @param {boolean} up */
  move(up) {
    const { target_min, target_max } = this.table;
    const now = Number.isNaN(this.value) ? target_min : this.value;
    const wish = up ? (Math.floor(now / step(now)) + 1) * step(now) : (Math.ceil(now / step(now - 1)) - 1) * step(now - 1);
    this.tick.checked = true;
    this.input.value = decimals(Math.min(target_max, Math.max(target_min, wish)));
    this.show();
  }

  show() {
    this.box.toggleAttribute("data-off", !this.on);
    this.box.classList.toggle("stake__box--bad", !this.valid);
    this.input.setAttribute("aria-invalid", String(!this.valid));
    this.hint.textContent = this.words();
    this.changed();
  }

  /** The chance, the gain and the return of this stake on this target. */
  words() {
    const { table, value } = this;
    if (!this.on) return fill(gettext("끄면 직접 캐시아웃합니다 · %(top)sx에서 끝납니다"), { top: bound(table.top) });
    if (!this.valid) return this.rule();
    const stake = this.stake();
    const chance = percentWords(percent(survival(table, value)));
    if (Number.isNaN(stake)) return fill(gettext("도달 확률 %(chance)s"), { chance });
    const returned = percentWords(percent(returnAfterCutting(table, stake, value)));
    return fill(gettext("도달 확률 %(chance)s · 성공하면 %(gold)sG · 환수율 %(returned)s"), { chance, gold: signed(payout(stake, value) - stake), returned });
  }

  rule() {
    return fill(gettext("자동 캐시아웃 배수는 %(low)s~%(high)s 사이여야 합니다"), { low: bound(this.table.target_min), high: bound(this.table.target_max) });
  }
}

/** The largest 1, 2 or 5 of its magnitude within a tenth: 185 → 10, 200 → 20, 1000 → 100. @param {number} target */
function step(target) {
  const magnitude = 10 ** Math.floor(Math.log10(target / 10));
  return magnitude * ([5, 2].find((times) => times * magnitude <= target / 10) ?? 1);
}

/** 101 → "1.01", 10000 → "100.0" @param {number} multiplier */
const bound = (multiplier) => String(multiplier % 100 ? multiplier / 100 : (multiplier / 100).toFixed(1));
