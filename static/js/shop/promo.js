// @ts-check
/** The promo box of the sheet: what a code takes off as the server says, or why it takes nothing off. */
import { announce } from "../announcer.js";
import { ApiError, post } from "../api.js";
import { drawing } from "../components.js";
import { dollars, fill, gettext } from "../words.js";
import { named } from "./goods.js";
import { sentenceFor } from "./reasons.js";

/** @typedef {import("./goods.js").Good} Good */
/** @typedef {import("./goods.js").Promo} Promo */

export class PromoBox {
  /**
   * @param {HTMLElement} root
   * @param {{ order: () => { good: Good | null, quantity: number }, changed: () => void, repriced: (unit: number) => void }} acts
   *   `repriced`: the price before the code is not the one the sheet shows
   */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.input = /** @type {HTMLInputElement} */ (find("input"));
    this.button = /** @type {HTMLButtonElement} */ (find("[data-part=promo-apply]"));
    this.why = find("[data-part=promo-why]");
    /** @type {Promo | null} */
    this.applied = null;
    this.asked = 0;
    this.input.addEventListener("input", () => this.drop());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (!this.applied) this.apply();
    });
    this.button.addEventListener("click", () => (this.applied ? this.takeAway() : this.apply()));
  }

  /** The code as it is typed. */
  get typed() {
    return this.input.value.trim().toUpperCase();
  }

  /** Whether a code is typed that nobody has judged yet. */
  get isOpen() {
    return !this.root.hidden && this.typed !== "" && !this.applied;
  }

  /** A new order: money may come with a code, gold may not. @param {Good} good @param {Promo | null} promo */
  begin(good, promo) {
    this.root.hidden = good.currency !== "USD";
    this.input.value = promo?.code ?? "";
    this.settle(promo);
    this.tell("");
  }

  /** Asks the server. @returns {Promise<boolean>} whether a code is in force now */
  async apply() {
    const { good, quantity } = this.acts.order();
    if (!good) return false;
    const code = this.typed;
    if (!code) return this.refuse(gettext("코드를 입력해주세요"));
    this.asked += 1;
    const asked = this.asked;
    this.busy(true);
    try {
      const told = await post("/api/shop/promo/preview", { promo_code: code, ...named(good), quantity }, { tries: 2 });
      return asked === this.asked && this.answered(told);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return asked === this.asked && this.refuse(sentenceFor(error.code === "NETWORK" ? "UNREACHABLE" : error.code, error.message), error.status ? `${error.code} · ${error.status}` : error.code);
    } finally {
      if (asked === this.asked) this.busy(false);
    }
  }

  /** @param {any} told @returns {boolean} */
  answered(told) {
    this.acts.repriced(told.price_before / told.quantity);
    if (!told.valid) return this.refuse(fill(gettext("%(why)s. 가격은 그대로입니다."), { why: told.message || sentenceFor(told.reason_code) }), told.reason_code);
    this.input.value = told.promo_code;
    this.settle({ code: told.promo_code, unit: told.price_after / told.quantity });
    const words = fill(gettext("%(off)s 할인: %(before)s → %(after)s"), { off: dollars(told.discount_cents), before: dollars(told.price_before), after: dollars(told.price_after) });
    this.tell(words, { tone: "gain" });
    announce(words);
    return true;
  }

  /** Says why a code is not taken; the price is the one without it. @param {string} words @param {string} [code] */
  refuse(words, code = "") {
    this.settle(null);
    this.tell(words, { code, tone: "loss" });
    this.input.focus();
    announce(words);
    return false;
  }

  /** The input changed: what was said of the old code no longer counts. */
  drop() {
    this.asked += 1;
    this.busy(false);
    this.settle(null);
    this.tell("");
  }

  takeAway() {
    this.input.value = "";
    this.drop();
    this.input.focus();
  }

  /** @param {Promo | null} promo */
  settle(promo) {
    this.applied = promo;
    this.button.textContent = promo ? gettext("빼기") : gettext("적용");
    this.acts.changed();
  }

  /** @param {string} words @param {{ code?: string, tone?: "gain" | "loss" }} [how] */
  tell(words, { code = "", tone } = {}) {
    this.root.classList.toggle("promo--bad", tone === "loss");
    this.root.classList.toggle("promo--good", tone === "gain");
    if (tone === "loss") this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    this.why.replaceChildren();
    if (!words) return;
    const text = document.createElement("span");
    text.textContent = words;
    if (code) {
      const small = document.createElement("small");
      small.className = "note__code";
      small.textContent = code;
      text.append(" ", small);
    }
    this.why.append(drawing(tone === "gain" ? "icon-check" : "icon-warning", "icon icon--small"), text);
  }

  /** @param {boolean} waiting */
  busy(waiting) {
    this.button.toggleAttribute("aria-busy", waiting);
    this.button.setAttribute("aria-disabled", String(waiting));
  }

  /** While an order is on its way nothing of it changes. @param {boolean} locked */
  lock(locked) {
    this.input.readOnly = locked;
    this.button.disabled = locked;
  }
}
