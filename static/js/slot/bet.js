// @ts-check
/** The stake of a spin: a total on so many lines, cut to what splits evenly over them. */
import { Bet } from "../play/bet.js";

export class LineBet extends Bet {
  /**
   * @param {HTMLFormElement} form
   * @param {import("../play/bet.js").Limits} limits
   * @param {{ balance: () => number, changed: () => void }} options
   */
  constructor(form, limits, options) {
    super(form, limits, { ...options, unit: () => this.lines });
    for (const radio of form.querySelectorAll("[name=lines]")) radio.addEventListener("change", () => this.set(this.wanted, { keep: true }));
    // A pointer's choice gives the keyboard back to the machine, so that Space spins again.
    form.querySelector("[role=radiogroup]")?.addEventListener("pointerup", () => setTimeout(() => {
      if (document.activeElement instanceof HTMLInputElement && document.activeElement.type === "radio") document.activeElement.blur();
    }));
  }

  /** @returns {number} */
  get lines() {
    return Number(/** @type {HTMLInputElement} */ (this.form.querySelector("[name=lines]:checked")).value);
  }
}
