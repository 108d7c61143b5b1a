// @ts-check
/** What is over: the chips of the last crash points, and the player's own results with what proves them. */
import { Recent } from "../play/recent.js";
import { fill, gettext, moment, number } from "../words.js";
import { hundredths, told } from "./curve.js";

/** @typedef {import("./curve.js").CrashTable} CrashTable */
/** @typedef {{ round_id: string, bet: number, win: number, status: string, at: string, cashout: number | null, crash: number, fair: import("../play/recent.js").Fair }} Flown multipliers in hundredths */

const CHIPS = 20;

/** A settled round, from a play's answer or from GET /api/games/rounds/{id}. @param {any} answer @returns {Flown} */
export function flownOf(answer) {
  const { round_id, bet_amount, win_amount, status, created_at, started_at = created_at, cashout_multiplier, crash_point, fair } = { ...answer, ...answer.outcome };
  return {
    round_id, status, fair, bet: bet_amount, win: win_amount, at: started_at,
    cashout: cashout_multiplier === null ? null : hundredths(cashout_multiplier), crash: hundredths(crash_point),
  };
}

export class Results {
  /** @param {HTMLElement} root @param {CrashTable} table */
  constructor(root, table) {
    this.table = table;
    this.recent = new Recent(root, /** @type {HTMLTemplateElement} */ (document.querySelector("#flown-row")));
    this.past = /** @type {HTMLElement} */ (root.querySelector("[data-part=past]"));
    this.sheet = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=sheet]"));
  }

  /** @param {string} id */
  has(id) {
    return this.recent.has(id);
  }

  /** @param {Flown} flown */
  add(flown) {
    if (this.has(flown.round_id)) return;
    this.recent.add(flown, (part, row) => {
      const time = /** @type {HTMLTimeElement} */ (part("time"));
      time.dateTime = flown.at;
      time.textContent = moment(flown.at);
      part("bet").textContent = number(flown.bet);
      part("left").textContent = leftWords(flown);
      part("crash").textContent = told(flown.crash);
      const [proof, opens] = [part("proof"), part("opens")];
      proof.id = `proof-${flown.round_id}`;
      opens.setAttribute("popovertarget", proof.id);
      row.dataset.status = flown.status;
    });
    if (this.sheet) this.sheet.hidden = false;
    this.past.querySelector("[data-part=past-empty]")?.remove();
    this.past.prepend(this.chip(flown.crash));
    while (this.past.children.length > CHIPS) this.past.lastElementChild?.remove();
  }

  /** @param {number} crash */
  chip(crash) {
    const { mid_from, high_from } = this.table;
    const [kind, word] = crash >= high_from ? ["high", gettext("높음")] : crash >= mid_from ? ["mid", gettext("보통")] : ["low", gettext("낮음")];
    const chip = document.createElement("li");
    chip.className = `past past--${kind} past--new`;
    const small = document.createElement("span");
    small.textContent = word;
    chip.append(`${told(crash)} `, small);
    return chip;
  }
}

/** Where the player left. @param {Flown} flown */
function leftWords({ status, cashout }) {
  if (cashout === null) return "—";
  return status === "auto_cashed" ? fill(gettext("자동 %(times)s"), { times: told(cashout) }) : told(cashout);
}
