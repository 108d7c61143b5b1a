// @ts-check
/** The last twenty rounds of pulls: what the gacha writes into a row. */
import { Recent } from "../play/recent.js";
import { fill, gettext, number } from "../words.js";
import { gem, shape, shownOf } from "./gem.js";

/** @typedef {import("./gem.js").Drawn} Drawn */
/** @typedef {{ round_id: string, bet: number, win: number, items: Drawn[], fair: import("../play/recent.js").Fair }} Pulled */

export class Rounds {
  /** @param {HTMLElement} root @param {import("./gem.js").GachaTable} table */
  constructor(root, table) {
    this.recent = new Recent(root, /** @type {HTMLTemplateElement} */ (document.querySelector("#pull-row")));
    this.table = table;
  }

  /** @param {string} id */
  has(id) {
    return this.recent.has(id);
  }

  /** @param {Pulled} pulled */
  add(pulled) {
    const best = shownOf(this.table, bestOf(pulled.items));
    this.recent.add(pulled, (part) => {
      part("gem").replaceChildren(gem(best));
      part("text").textContent = fill(gettext("%(count)s회 · %(item)s"), { count: pulled.items.length, item: best.name });
      part("paid").textContent = fill(gettext("%(bet)sG를 내고 %(win)sG를 돌려받음"), { bet: number(pulled.bet), win: number(pulled.win) });
      part("cards").replaceChildren(...pulled.items.map((drawn) => this.line(drawn)));
    });
  }

  /** @param {Drawn} drawn */
  line(drawn) {
    const item = shownOf(this.table, drawn);
    const line = document.createElement("li");
    line.className = `tone-${item.rank}`;
    const text = document.createElement("span");
    const grade = document.createElement("span");
    grade.className = "faint";
    grade.textContent = item.rarity;
    text.append(`${item.name} `, grade);
    line.append(shape(item.rank, "pulled__shape"), text);
    return line;
  }
}

/** The card worth the most; the first of equals. @param {Drawn[]} items */
const bestOf = (items) => items.reduce((best, item) => (item.gold_value > best.gold_value ? item : best));
