// @ts-check
/** What the chosen stake pays and returns: beside the payouts, under the stake, in the drawer. */
import { percent, percentWords } from "../play/shares.js";
import { fill, gettext, number, signed } from "../words.js";
import { paid, returnAfterCutting, wholeUnit } from "./returns.js";

/** @typedef {import("../play/bet.js").Bet} Bet */

export class Odds {
  /** @param {HTMLElement} root @param {import("./returns.js").RpsTable} table */
  constructor(root, table) {
    this.table = table;
    this.unit = wholeUnit(table);
    this.part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.pays = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-pays]"));
    this.nets = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-nets]"));
    this.caption = document.querySelector("[data-part=rules-stake]");
  }

  /** @param {Bet} bet */
  show({ value, valid }) {
    this.part("price").textContent = valid ? `${number(value)}G` : "–";
    const returned = valid ? percentWords(this.returned(value)) : "–";
    this.part("return").textContent = returned;
    this.offer(valid ? value : NaN);
    for (const element of this.pays) element.textContent = valid ? `${number(paid(value, Number(element.dataset.pays)))}G` : "–";
    for (const element of this.nets) element.textContent = valid ? signed(paid(value, Number(element.dataset.nets)) - value) : "–";
    if (this.caption) this.caption.textContent = fill(gettext("골드는 베팅 %(stake)sG일 때입니다. 이 베팅의 환수율은 %(returned)s입니다."), { stake: valid ? number(value) : "–", returned });
  }

  /** @param {number} stake */
  returned(stake) {
    return percent(returnAfterCutting(this.table, stake));
  }

  /** The stake near this one that loses nothing to cutting; NaN for NaN. @param {number} stake */
  whole(stake) {
    const nearest = Math.max(this.unit, Math.floor(stake / this.unit) * this.unit);
    return nearest >= this.table.min_bet && nearest <= this.table.max_bet ? nearest : stake;
  }

  /** A stake that loses a little to cutting: offer the one that does not. @param {number} stake */
  offer(stake) {
    const button = this.part("snap");
    button.hidden = Number.isNaN(stake) || this.whole(stake) === stake;
    button.textContent = button.hidden ? "" : fill(gettext("%(gold)sG로 맞추기"), { gold: number(this.whole(stake)) });
  }
}
