// @ts-check
/**
 * How much is staked: typed, stepped, halved, doubled, within the table's limits.
 * The form carries `templates/games/_stake.html`: `[data-part=stake]`, `[data-part=stake-box]`, buttons `[data-step]`.
 * @module
 */

/** @typedef {{ min_bet: number, max_bet: number }} Limits */

export class Bet {
  /**
   * @param {HTMLElement} form
   * @param {Limits} limits
   * @param {{ balance: () => number, changed: () => void, unit?: () => number, step?: () => number }} options
   *   `unit`: what buttons cut a stake to (1); `step`: what + and − move by (the unit)
   */
  constructor(form, limits, { balance, changed, unit = () => 1, step = unit }) {
    this.form = form;
    this.limits = limits;
    this.balance = balance;
    this.changed = changed;
    this.unit = unit;
    this.pace = step;
    this.input = /** @type {HTMLInputElement} */ (form.querySelector("[data-part=stake]"));
    this.box = /** @type {HTMLElement} */ (form.querySelector("[data-part=stake-box]"));
    this.wanted = this.value;
    this.input.addEventListener("input", () => { this.wanted = this.value; this.show(); });
    form.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("[data-step]");
      if (button instanceof HTMLElement) this.move(button.dataset.step ?? "");
    });
  }

  /** The stake typed or chosen; NaN while it is not a whole number. */
  get value() {
    const text = this.input.value.replace(/[\s,]/g, "");
    return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  }

  get valid() {
    return this.value >= this.limits.min_bet && this.value <= this.limits.max_bet;
  }

  /** The smallest and largest stake of whole units. */
  get low() {
    return Math.ceil(this.limits.min_bet / this.unit()) * this.unit();
  }

  get high() {
    return Math.floor(this.limits.max_bet / this.unit()) * this.unit();
  }

  /** The nearest stake of whole units at or below a wish. @param {number} wish @param {number} [unit] */
  even(wish, unit = this.unit()) {
    return Math.min(this.high, Math.max(this.low, Math.floor((Number.isNaN(wish) ? this.low : wish) / unit) * unit));
  }

  /** @param {string} kind "min" | "max" | "half" | "double" | "up" | "down" */
  move(kind) {
    const now = Number.isNaN(this.value) ? this.low : this.value;
    const step = this.pace();
    /** @type {Record<string, () => number>} */
    const wishes = {
      min: () => this.low,
      max: () => (this.balance() >= this.low ? Math.min(this.high, this.balance()) : this.high),
      half: () => now / 2,
      double: () => now * 2,
      up: () => (Math.floor(now / step) + 1) * step,
      down: () => (Math.ceil(now / step) - 1) * step,
    };
    this.set(wishes[kind]());
  }

  /** @param {number} wish @param {{ keep?: boolean }} [options] keep: the wish outlives this rounding */
  set(wish, { keep = false } = {}) {
    const value = this.even(wish);
    this.input.value = String(value);
    if (!keep) this.wanted = value;
    this.show();
  }

  show() {
    this.box.classList.toggle("stake__box--bad", !this.valid);
    this.input.setAttribute("aria-invalid", String(!this.valid));
    this.changed();
  }
}
