// @ts-check
/** What the chosen stake returns and pays: the line under the stake, the drawn lines, the paytable's gold. */
import { percent, percentWords } from "../play/shares.js";
import { fill, gettext, number } from "../words.js";
import { lineAmount, returnAfterCutting } from "./returns.js";

/** @typedef {import("./bet.js").LineBet} LineBet */

export class Odds {
  /** @param {HTMLElement} root @param {import("./returns.js").SlotTable} table */
  constructor(root, table) {
    this.table = table;
    this.part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (root.querySelector(`[data-part="${name}"]`));
    this.best = Math.max(...table.symbols.map((symbol) => Math.max(symbol.pair, symbol.three)));
    this.whole = this.returned(table.max_bet - (table.max_bet % 100), 1);
    this.pays = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#paytable [data-pays]"));
    this.caption = document.querySelector("#paytable [data-part=paytable-stake]");
    this.numbered = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part=lined] [data-line], .machine__tag[data-line]"));
  }

  /** @param {number} stake @param {number} lines @returns {number} */
  returned(stake, lines) {
    return percent(returnAfterCutting(this.table, stake, lines));
  }

  /** @param {LineBet} stake */
  show(stake) {
    const { lines, value, valid } = stake;
    for (const element of this.numbered) element.toggleAttribute("data-off", Number(element.dataset.line) > lines);
    this.write("spin-price", valid ? `${number(value)}G` : "");
    this.write("per-line", valid ? fill(gettext("라인당 %(gold)s"), { gold: number(Math.floor(value / lines)) }) : fill(gettext("%(low)s~%(high)s 사이의 정수"), { low: number(this.table.min_bet), high: number(this.table.max_bet) }));
    const returned = valid ? this.returned(value, lines) : NaN;
    /** @param {number} multiplier @param {number} [times] */
    const gold = (multiplier, times = 1) => (valid ? `${number(Number(lineAmount(value, lines, multiplier)) * times)}G` : "–");
    this.write("return", valid ? percentWords(returned) : "–");
    this.write("most", gold(this.best, lines));
    this.offer(stake, returned < this.whole);
    for (const element of this.pays) element.textContent = gold(Number(element.dataset.pays));
    if (this.caption) this.caption.textContent = fill(gettext("작은 숫자는 총 베팅 %(stake)sG를 라인 %(lines)s개에 걸 때 한 라인이 주는 골드입니다."), { stake: valid ? number(value) : "–", lines });
  }

  /** A stake that does not split evenly loses a little to cutting: offer the even one. @param {LineBet} stake @param {boolean} wanted */
  offer(stake, wanted) {
    const button = this.part("snap");
    if (!button) return;
    const even = stake.even(stake.value);
    button.hidden = !wanted || even === stake.value;
    button.textContent = button.hidden ? "" : fill(gettext("%(gold)sG로 맞추기"), { gold: number(even) });
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    const element = this.part(name);
    if (element) element.textContent = text;
  }
}
