// @ts-check
/** What a spin came to, in words: net first, then the sentence. A return at or below the stake is never a celebration. */
import { still } from "../components.js";
import { fill, gettext, number, signed, tone } from "../words.js";

/** @typedef {import("./trace.js").LineWin} LineWin */
/** @typedef {{ round_id: string, bet: number, win: number, reels: string[][], win_lines: LineWin[], fair: { server_seed_hash: string, client_seed: string, nonce: number } }} Spin */
/** @typedef {"won" | "returned" | "lost"} Mood */

const COUNT_MS = 600;

/** @param {Spin} spin @returns {Mood} */
export const moodOf = ({ bet, win }) => (win > bet ? "won" : win > 0 ? "returned" : "lost");

/** "100을 걸고 2,040을 돌려받았습니다" @param {Spin} spin */
export function sentence({ bet, win }) {
  const values = { bet: number(bet), win: number(win) };
  if (win > bet) return fill(gettext("%(bet)sG를 걸고 %(win)sG를 돌려받았습니다"), values);
  if (win > 0) return fill(gettext("%(bet)s 중 %(win)s 돌려받음"), values);
  return gettext("적중 없음");
}

/** The sum in the list of spins. @param {Spin} spin */
export const summary = (spin) => (spin.win > spin.bet ? `${number(spin.win)} / ${number(spin.bet)}` : sentence(spin));

/** ×2 or ×1.5 @param {number} multiplier */
export const times = (multiplier) => `×${number2.format(multiplier)}`;
const number2 = new Intl.NumberFormat(document.documentElement.lang || "ko", { maximumFractionDigits: 2 });

/** "4번 라인 ×100" @param {LineWin} win */
export const lineWords = (win) => fill(gettext("%(line)s번 라인 %(times)s"), { line: win.line, times: times(win.multiplier) });

/** Everything for ears. @param {Spin} spin @param {(face: string) => string} nameOf */
export function spoken(spin, nameOf) {
  const net = spin.win > spin.bet ? fill(gettext("순이익 %(gold)s골드"), { gold: number(spin.win - spin.bet) }) : "";
  const lines = spin.win_lines.map((win) => fill(gettext("%(line)s번 라인 %(symbol)s %(count)s개 %(gold)s골드"), { line: win.line, symbol: nameOf(win.symbol), count: win.count, gold: number(win.amount) }));
  const lost = spin.win === 0 ? fill(gettext("%(gold)s골드를 잃었습니다"), { gold: number(spin.bet) }) : "";
  return [sentence(spin), net || lost, ...lines].filter(Boolean).join(". ");
}

/** "체리 레몬 세븐 / …" @param {string[][]} reels @param {(face: string) => string} nameOf */
export const reelsTold = (reels, nameOf) => reels.map((row) => row.map(nameOf).join(" ")).join(" / ");

export class Result {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.net = /** @type {HTMLElement} */ (root.querySelector("[data-part=net]"));
    this.detail = /** @type {HTMLElement} */ (root.querySelector("[data-part=detail]"));
  }

  /** @param {string} words @param {string} [state] */
  say(words, state = "idle") {
    cancelAnimationFrame(this.counting ?? 0);
    this.root.dataset.result = state;
    this.detail.textContent = words;
  }

  /** @param {Spin} spin */
  show(spin) {
    const change = spin.win - spin.bet;
    this.say(sentence(spin), moodOf(spin));
    this.net.className = `machine__net ${spin.win > 0 && change <= 0 ? "soft" : tone(change)}`;
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
