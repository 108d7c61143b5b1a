// @ts-check
/** What a spin came to, in words. */
import { moodOf, netSpoken, sentence, times } from "../play/result.js";
import { fill, gettext, number } from "../words.js";

/** @typedef {import("./trace.js").LineWin} LineWin */
/** @typedef {{ round_id: string, bet: number, win: number, reels: string[][], win_lines: LineWin[], fair: import("../play/recent.js").Fair }} Spin */

/** "100을 걸고 2,040을 돌려받았습니다" @param {Spin} spin */
export const told = (spin) => sentence(spin) || gettext("적중 없음");

/** The sum in the list of spins. @param {Spin} spin */
export const summary = (spin) => (moodOf(spin) === "won" ? `${number(spin.win)} / ${number(spin.bet)}` : told(spin));

/** "4번 라인 ×100" @param {LineWin} win */
export const lineWords = (win) => fill(gettext("%(line)s번 라인 %(times)s"), { line: win.line, times: times(win.multiplier) });

/** Everything for ears. @param {Spin} spin @param {(face: string) => string} nameOf */
export function spoken(spin, nameOf) {
  const lines = spin.win_lines.map((win) => fill(gettext("%(line)s번 라인 %(symbol)s %(count)s개 %(gold)s골드"), { line: win.line, symbol: nameOf(win.symbol), count: win.count, gold: number(win.amount) }));
  return [told(spin), netSpoken(spin), ...lines].filter(Boolean).join(". ");
}

/** "체리 레몬 세븐 / …" @param {string[][]} reels @param {(face: string) => string} nameOf */
export const reelsTold = (reels, nameOf) => reels.map((row) => row.map(nameOf).join(" ")).join(" / ");
