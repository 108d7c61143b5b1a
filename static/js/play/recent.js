// @ts-check
/**
 * The last twenty rounds, newest first, each row with what proves it.
 * Parts inside the root: `recent` (the list), `recent-empty`, `sum`, `seed`, `nonce`; rows carry `data-round` and `data-net`,
 * and `_proof.html` (`[data-fill]` id, hash, client, nonce).
 * @module
 */
import { number, signed, tone } from "../words.js";
import { resultTone } from "./result.js";

/** @typedef {{ server_seed_hash: string, client_seed: string, nonce: number }} Fair */
/** @typedef {{ round_id: string, bet: number, win: number, fair: Fair }} Listed */

const KEPT = 20;

export class Recent {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} template of one row
   */
  constructor(root, template) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (root.querySelector(`[data-part=${name}]`));
    this.list = part("recent");
    this.empty = part("recent-empty");
    this.sum = part("sum");
    this.nonce = part("nonce");
    this.seed = part("seed");
    this.template = template;
  }

  /** @param {string} id */
  has(id) {
    return Boolean(this.list?.querySelector(`[data-round="${CSS.escape(id)}"]`));
  }

  /** The rows shown. @returns {HTMLElement[]} */
  get rows() {
    return /** @type {HTMLElement[]} */ ([...(this.list?.children ?? [])]);
  }

  /**
   * Puts a round on top.
   * @param {Listed} round
   * @param {(part: (name: string) => HTMLElement, row: HTMLElement) => void} fillIn writes the game's own `[data-fill]` parts
   */
  add(round, fillIn) {
    if (!this.list || this.has(round.round_id)) return;
    const row = /** @type {HTMLElement} */ (/** @type {Element} */ (this.template.content.firstElementChild).cloneNode(true));
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-fill="${name}"]`));
    const change = round.win - round.bet;
    row.dataset.round = round.round_id;
    row.dataset.net = String(change);
    row.classList.add("recent__item--new");
    part("net").textContent = signed(change);
    part("net").className = `recent__net ${resultTone(round)}`;
    part("id").textContent = round.round_id;
    /** @type {HTMLAnchorElement} */ (part("id")).href = `/rounds/${round.round_id}`;
    part("hash").textContent = round.fair.server_seed_hash;
    part("client").textContent = round.fair.client_seed;
    part("nonce").textContent = String(round.fair.nonce);
    fillIn(part, row);
    this.list.prepend(row);
    while (this.list.children.length > KEPT) this.list.lastElementChild?.remove();
    if (this.empty) this.empty.hidden = true;
    this.total();
    this.next(round.fair);
  }

  /** What the rows shown add up to. */
  total() {
    if (!this.sum) return;
    const total = this.rows.reduce((sum, row) => sum + Number(row.dataset.net), 0);
    this.sum.textContent = signed(total);
    this.sum.className = tone(total);
  }

  /** The commitment the next round is played under. @param {Fair} last */
  next(last) {
    if (this.nonce) this.nonce.textContent = number(last.nonce + 1);
    if (!this.seed || this.seed.title === last.server_seed_hash) return;
    this.seed.title = last.server_seed_hash;
    this.seed.textContent = `${last.server_seed_hash.slice(0, 4)}…${last.server_seed_hash.slice(-4)}`;
  }
}
