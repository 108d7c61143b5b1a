// @ts-check
/** The last twenty duels, how they ended, and which hands they were played with. */
import { Recent } from "../play/recent.js";
import { fill, gettext, number } from "../words.js";

/**
 * @typedef {{ round_id: string, bet: number, win: number, choice: string, house: string, result: string, fair: import("../play/recent.js").Fair }} Duel
 */

export class Duels {
  /**
   * @param {HTMLElement} root
   * @param {import("./returns.js").RpsTable} table
   */
  constructor(root, table) {
    this.root = root;
    this.table = table;
    this.recent = new Recent(root, /** @type {HTMLTemplateElement} */ (document.querySelector("#duel-row")));
    this.tally = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=tally]"));
  }

  /** @param {string} id */
  has(id) {
    return this.recent.has(id);
  }

  /** @param {Duel} duel */
  add(duel) {
    this.recent.add(duel, (part, row) => {
      row.dataset.choice = duel.choice;
      row.dataset.result = duel.result;
      this.picture(part("mine"), duel.choice, gettext("나"));
      this.picture(part("house"), duel.house, gettext("하우스"));
      const stake = document.createElement("span");
      stake.className = "faint";
      stake.textContent = `${number(duel.bet)}G`;
      part("text").replaceChildren(this.table.results[duel.result], " ", stake);
    });
    this.count();
  }

  /** @param {HTMLElement} svg @param {string} hand @param {string} whose */
  picture(svg, hand, whose) {
    svg.setAttribute("aria-label", `${whose} ${this.nameOf(hand)}`);
    svg.querySelector("use")?.setAttribute("href", handArt(hand));
  }

  /** Wins, draws and losses, and the hands of the rows shown. */
  count() {
    const { rows } = this.recent;
    const ended = (/** @type {string} */ result) => rows.filter((row) => row.dataset.result === result).length;
    if (this.tally) this.tally.textContent = fill(gettext("승 %(wins)s · 무 %(draws)s · 패 %(losses)s"), { wins: ended("win"), draws: ended("draw"), losses: ended("lose") });
    for (const { hand } of this.table.hands) {
      const lean = /** @type {HTMLElement} */ (this.root.querySelector(`[data-lean="${hand}"]`));
      const count = rows.filter((row) => row.dataset.choice === hand).length;
      const share = rows.length ? Math.floor((count * 100) / rows.length) : 0;
      /** @type {HTMLProgressElement} */ (lean.querySelector("progress")).value = share;
      /** @type {HTMLElement} */ (lean.querySelector("[data-part=lean-count]")).textContent = fill(gettext("%(count)s판 · %(share)s%"), { count, share });
    }
  }

  /** @param {string} hand */
  nameOf(hand) {
    return this.table.hands.find((one) => one.hand === hand)?.label ?? hand;
  }
}

/** @param {string} hand */
export const handArt = (hand) => `${document.body.dataset.sprite}#hand-${hand}`;
