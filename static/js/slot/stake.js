// @ts-check
/** How much is staked on how many lines: typed, stepped, halved, doubled, always told as a total. */

/** @typedef {import("./returns.js").SlotTable} SlotTable */

export class Stake {
  /**
   * @param {HTMLFormElement} form
   * @param {SlotTable} table
   * @param {{ balance: () => number, changed: () => void }} options
   */
  constructor(form, table, { balance, changed }) {
    this.form = form;
    this.table = table;
    this.balance = balance;
    this.changed = changed;
    this.input = /** @type {HTMLInputElement} */ (form.querySelector("[data-part=stake]"));
    this.box = /** @type {HTMLElement} */ (form.querySelector("[data-part=stake-box]"));
    this.wanted = this.value;
    this.input.addEventListener("input", () => { this.wanted = this.value; this.show(); });
    form.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("[data-step]");
      if (button instanceof HTMLElement) this.step(button.dataset.step ?? "");
    });
    for (const radio of form.querySelectorAll("[name=lines]")) radio.addEventListener("change", () => this.set(this.wanted, { keep: true }));
    // A pointer's choice gives the keyboard back to the machine, so that Space spins again.
    form.querySelector("[role=radiogroup]")?.addEventListener("pointerup", () => setTimeout(() => {
      if (document.activeElement instanceof HTMLInputElement && document.activeElement.type === "radio") document.activeElement.blur();
    }));
  }

  /** The total typed or chosen; NaN while it is not a whole number. */
  get value() {
    const text = this.input.value.replace(/[\s,]/g, "");
    return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  }

  /** @returns {number} */
  get lines() {
    return Number(/** @type {HTMLInputElement} */ (this.form.querySelector("[name=lines]:checked")).value);
  }

  /** The smallest and largest total that splits evenly over the lines. */
  get low() {
    return Math.ceil(this.table.min_bet / this.lines) * this.lines;
  }

  get high() {
    return Math.floor(this.table.max_bet / this.lines) * this.lines;
  }

  get valid() {
    return this.value >= this.table.min_bet && this.value <= this.table.max_bet;
  }

  /** The nearest even total at or below a wish. @param {number} wish */
  even(wish) {
    return Math.min(this.high, Math.max(this.low, Math.floor((Number.isNaN(wish) ? this.low : wish) / this.lines) * this.lines));
  }

  /** @param {string} kind "min" | "max" | "half" | "double" | "up" | "down" */
  step(kind) {
    const now = Number.isNaN(this.value) ? this.low : this.value;
    const { lines } = this;
    /** @type {Record<string, () => number>} */
    const wishes = {
      min: () => this.low,
      max: () => (this.balance() >= this.low ? Math.min(this.high, this.balance()) : this.high),
      half: () => now / 2,
      double: () => now * 2,
      up: () => (Math.floor(now / lines) + 1) * lines,
      down: () => (Math.ceil(now / lines) - 1) * lines,
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
