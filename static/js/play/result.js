// @ts-check
/** What a round came to: net first, then the sentence. A return at or below the stake is never a celebration. */
import { still } from "../components.js";
import { fill, gettext, language, number, signed, tone } from "../words.js";

/** @typedef {{ bet: number, win: number }} Stakes stake, and what came back with the stake included */
/** @typedef {"won" | "returned" | "lost"} Mood */

const COUNT_MS = 600;

/** @param {Stakes} round @returns {Mood} */
export const moodOf = ({ bet, win }) => (win > bet ? "won" : win > 0 ? "returned" : "lost");

/** The colour class of a result. @param {Stakes} round */
export const resultTone = (round) => (moodOf(round) === "returned" ? "soft" : tone(round.win - round.bet));

/** "100G를 걸고 2,040G를 돌려받았습니다"; empty when nothing came back. @param {Stakes} round */
export function sentence({ bet, win }) {
  const values = { bet: number(bet), win: number(win) };
  if (win > bet) return fill(gettext("%(bet)sG를 걸고 %(win)sG를 돌려받았습니다"), values);
  return win > 0 ? fill(gettext("%(bet)s 중 %(win)s 돌려받음"), values) : "";
}

/** The net for ears, where there is one to speak of. @param {Stakes} round */
export function netSpoken({ bet, win }) {
  if (win > bet) return fill(gettext("순이익 %(gold)s골드"), { gold: number(win - bet) });
  return win === 0 ? fill(gettext("%(gold)s골드를 잃었습니다"), { gold: number(bet) }) : "";
}

/** ×2 or ×1.5 @param {number} multiplier */
export const times = (multiplier) => `×${twoDecimals.format(multiplier)}`;
const twoDecimals = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

/** The large number and its sentence: `[data-part=net]` and `[data-part=detail]` inside `root`. */
export class Result {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.net = /** @type {HTMLElement} */ (root.querySelector("[data-part=net]"));
    this.detail = /** @type {HTMLElement} */ (root.querySelector("[data-part=detail]"));
    this.base = this.net.classList[0];
  }

  /** Words without a number. @param {string} words @param {string} [state] put on the root as `data-result` */
  say(words, state = "idle") {
    cancelAnimationFrame(this.counting ?? 0);
    this.root.dataset.result = state;
    this.detail.textContent = words;
  }

  /** @param {Stakes} round @param {string} words */
  show(round, words) {
    const change = round.win - round.bet;
    this.say(words, moodOf(round));
    this.net.className = `${this.base} ${resultTone(round)}`;
    if (change > 0 && !still()) this.count(change);
    else this.write(change);
  }

  /** The number runs up to the server's value. @param {number} target */
  count(target) {
    const began = performance.now();
    /** @param {number} now */
    const step = (now) => {
      const part = Math.min(1, (now - began) / COUNT_MS);
      this.write(Math.max(1, Math.round(target * (1 - (1 - part) ** 3))));
      if (part < 1) this.counting = requestAnimationFrame(step);
    };
    this.counting = requestAnimationFrame(step);
  }

  /** @param {number} change */
  write(change) {
    const unit = document.createElement("small");
    unit.textContent = "G";
    this.net.replaceChildren(signed(change), unit);
  }
}
