// @ts-check
/** The last twenty spins, newest first, each with what proves it. */
import { fill, gettext, number, signed, tone } from "../words.js";
import { picture } from "./reels.js";
import { lineWords, moodOf, reelsTold, summary } from "./result.js";

/** @typedef {import("./result.js").Spin} Spin */

const KEPT = 20;
const MIDDLE = 1;

export class Spins {
  /**
   * @param {HTMLElement} root
   * @param {Map<string, { art: string, name: string }>} faces
   */
  constructor(root, faces) {
    this.list = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=spins]"));
    this.empty = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=spins-empty]"));
    this.sum = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=sum]"));
    this.nonce = root.querySelector("[data-part=nonce]");
    this.seed = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=seed]"));
    this.template = /** @type {HTMLTemplateElement} */ (document.querySelector("#spin-row"));
    this.faces = faces;
  }

  /** @param {string} id */
  has(id) {
    return Boolean(this.list?.querySelector(`[data-round="${CSS.escape(id)}"]`));
  }

  /** @param {Spin} spin */
  add(spin) {
    if (!this.list || this.has(spin.round_id)) return;
    const row = this.row(spin);
    this.list.prepend(row);
    while (this.list.children.length > KEPT) this.list.lastElementChild?.remove();
    if (this.empty) this.empty.hidden = true;
    this.total();
    if (this.nonce) this.nonce.textContent = number(spin.fair.nonce + 1);
    if (this.seed && this.seed.title !== spin.fair.server_seed_hash) {
      this.seed.title = spin.fair.server_seed_hash;
      this.seed.textContent = `${spin.fair.server_seed_hash.slice(0, 4)}…${spin.fair.server_seed_hash.slice(-4)}`;
    }
  }

  /** @param {Spin} spin @returns {HTMLElement} */
  row(spin) {
    const row = /** @type {HTMLElement} */ (/** @type {Element} */ (this.template.content.firstElementChild).cloneNode(true));
    const change = spin.win - spin.bet;
    const best = [...spin.win_lines].sort((one, other) => other.amount - one.amount)[0];
    const line = best ? best.positions.map(([r, c]) => spin.reels[r][c]) : spin.reels[MIDDLE];
    row.dataset.round = spin.round_id;
    row.dataset.net = String(change);
    row.classList.add("spins__item--new");
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-fill="${name}"]`));
    part("line").replaceChildren(...line.map((face) => this.picture(face)));
    part("text").textContent = summary(spin);
    part("text").classList.toggle("soft", moodOf(spin) !== "won");
    part("net").textContent = signed(change);
    part("net").className = `spins__net ${moodOf(spin) === "returned" ? "soft" : tone(change)}`;
    part("grid").replaceChildren(...spin.reels.flat().map((face) => this.picture(face)));
    part("grid").setAttribute("aria-label", reelsTold(spin.reels, (face) => this.nameOf(face)));
    part("wins").replaceChildren(...this.wins(spin));
    part("id").textContent = spin.round_id;
    part("hash").textContent = spin.fair.server_seed_hash;
    part("client").textContent = spin.fair.client_seed;
    part("nonce").textContent = String(spin.fair.nonce);
    return row;
  }

  /** @param {Spin} spin @returns {Node[]} */
  wins(spin) {
    if (!spin.win_lines.length) return [new Text(gettext("적중 없음"))];
    return spin.win_lines.flatMap((win) => [
      new Text(fill(gettext("%(line)s · %(symbol)s %(count)s개 · +%(gold)s"), { line: lineWords(win), symbol: this.nameOf(win.symbol), count: win.count, gold: number(win.amount) })),
      document.createElement("br"),
    ]).slice(0, -1);
  }

  /** What the rows shown add up to. */
  total() {
    if (!this.sum || !this.list) return;
    const total = [...this.list.children].reduce((sum, row) => sum + Number(/** @type {HTMLElement} */ (row).dataset.net), 0);
    this.sum.textContent = signed(total);
    this.sum.className = tone(total);
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
