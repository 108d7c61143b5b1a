// @ts-check
/** The last twenty spins: what the slot writes into a row. */
import { picture } from "../components.js";
import { moodOf } from "../play/result.js";
import { Recent } from "../play/recent.js";
import { fill, gettext, number } from "../words.js";
import { lineWords, reelsTold, summary } from "./result.js";

/** @typedef {import("./result.js").Spin} Spin */

const MIDDLE = 1;

export class Spins {
  /**
   * @param {HTMLElement} root
   * @param {Map<string, { art: string, name: string }>} faces
   */
  constructor(root, faces) {
    this.recent = new Recent(root, /** @type {HTMLTemplateElement} */ (document.querySelector("#spin-row")));
    this.faces = faces;
  }

  /** @param {string} id */
  has(id) {
    return this.recent.has(id);
  }

  /** @param {Spin} spin */
  add(spin) {
    const best = [...spin.win_lines].sort((one, other) => other.amount - one.amount)[0];
    const line = best ? best.positions.map(([r, c]) => spin.reels[r][c]) : spin.reels[MIDDLE];
    this.recent.add(spin, (part) => {
      part("line").replaceChildren(...line.map((face) => this.picture(face)));
      part("text").textContent = summary(spin);
      part("text").classList.toggle("soft", moodOf(spin) !== "won");
      part("grid").replaceChildren(...spin.reels.flat().map((face) => this.picture(face)));
      part("grid").setAttribute("aria-label", reelsTold(spin.reels, (face) => this.nameOf(face)));
      part("wins").replaceChildren(...this.wins(spin));
    });
  }

  /** @param {Spin} spin @returns {Node[]} */
  wins(spin) {
    if (!spin.win_lines.length) return [new Text(gettext("적중 없음"))];
    return spin.win_lines.flatMap((win) => [
      new Text(fill(gettext("%(line)s · %(symbol)s %(count)s개 · +%(gold)s"), { line: lineWords(win), symbol: this.nameOf(win.symbol), count: win.count, gold: number(win.amount) })),
      document.createElement("br"),
    ]).slice(0, -1);
  }

  /** @param {string} face */
  picture(face) {
    return picture(this.faces.get(face)?.art ?? "");
  }

  /** @param {string} face */
  nameOf(face) {
    return this.faces.get(face)?.name ?? face;
  }
}
