// @ts-check
/**
 * The cards of a round: dealt face down when it is asked for, turned one by one when the server has answered.
 * @module
 */
import { still } from "../components.js";
import { pause } from "../pause.js";
import { gettext, number } from "../words.js";
import { gem, rarity, shownOf } from "./gem.js";

/** @typedef {import("./gem.js").Drawn} Drawn */

const GAP_MS = 150;
const TURN_MS = 480;

export class Cards {
  /** @param {HTMLElement} list @param {import("./gem.js").GachaTable} table @param {{ skips: () => boolean, turned: (drawn: Drawn) => void }} options */
  constructor(list, table, { skips, turned }) {
    this.list = list;
    this.table = table;
    this.skips = skips;
    this.turned = turned;
    this.template = /** @type {HTMLTemplateElement} */ (document.querySelector("#pull-card"));
    /** @type {Node[]} */
    this.kept = [...list.childNodes];
    this.patience = new AbortController();
  }

  /** Face down: nothing is known yet. @param {number} count */
  deal(count) {
    this.kept = [...this.list.childNodes];
    this.patience = new AbortController();
    this.list.setAttribute("aria-busy", "true");
    this.list.replaceChildren(...Array.from({ length: count }, () => {
      const card = this.blank();
      card.toggleAttribute("data-down", true);
      return card;
    }));
  }

  /** Turns every card in order. @param {Drawn[]} items */
  async turn(items) {
    const cards = items.map((drawn) => this.face(drawn));
    const quick = still() || this.skips();
    for (const card of cards) card.toggleAttribute("data-down", !quick);
    this.list.replaceChildren(...cards);
    if (!quick) {
      const { signal } = this.patience;
      await pause(GAP_MS, signal);
      for (const [at, card] of cards.entries()) {
        card.removeAttribute("data-down");
        if (signal.aborted) continue;
        this.turned(items[at]);
        await pause(at === cards.length - 1 ? TURN_MS : GAP_MS, signal);
      }
    }
    this.list.removeAttribute("aria-busy");
  }

  /** The player asked not to wait. */
  hurry() {
    this.patience.abort();
  }

  /** No answer came: the cards of before lie there again. */
  revert() {
    this.list.replaceChildren(...this.kept);
    this.list.removeAttribute("aria-busy");
  }

  /** @param {Drawn} drawn @returns {HTMLElement} */
  face(drawn) {
    const card = this.blank();
    const item = shownOf(this.table, drawn);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (card.querySelector(`[data-fill=${name}]`));
    card.className = `pull tone-${item.rank}`;
    card.dataset.rank = String(item.rank);
    part("rarity").replaceChildren(rarity(item));
    part("new").hidden = !drawn.is_new;
    part("duplicate").hidden = drawn.is_new;
    part("gem").replaceChildren(gem(item));
    part("name").textContent = item.name;
    part("gold").textContent = `+${number(drawn.gold_value)}G`;
    part("promise").textContent = drawn.pity ? gettext("천장") : drawn.guaranteed ? gettext("10회 보장") : "";
    return card;
  }

  /** @returns {HTMLElement} */
  blank() {
    return /** @type {HTMLElement} */ (/** @type {Element} */ (this.template.content.firstElementChild).cloneNode(true));
  }
}
