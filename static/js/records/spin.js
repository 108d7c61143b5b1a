// @ts-check
/** A spin that is over, turned again on the reels of the slot. Server: templates/games/_scene_slot.html. */
import { Reels } from "../slot/reels.js";
import { clearLines, traceLines } from "../slot/trace.js";
import { lineWords } from "../slot/result.js";
import { signed } from "../words.js";

/**
 * Draws the lines that paid, and returns what turns the reels again.
 * @param {HTMLElement} root
 * @param {{ reels: string[][], win_lines: import("../slot/trace.js").LineWin[], symbols: { symbol: string, name: string, art: string }[] }} scene
 */
export function startSpin(root, scene) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  const reels = new Reels(part("reels"), new Map(scene.symbols.map((symbol) => [symbol.symbol, symbol])));
  const stage = {
    reels,
    trace: /** @type {SVGElement} */ (root.querySelector("[data-part=trace]")),
    wins: part("wins"),
    tags: /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".machine__tag")]),
  };
  const state = part("reels").dataset.state ?? "idle";
  let isTurning = false;

  /** @param {boolean} [isAtOnce] */
  const trace = (isAtOnce) => {
    clearLines(stage);
    if (scene.win_lines.length) part("reels").dataset.state = state;
    return traceLines(stage, scene.win_lines, { signal: new AbortController().signal, isAtOnce, told: () => {}, label: (win) => ({ text: lineWords(win), amount: signed(win.amount) }) });
  };
  trace(true).then(() => { stage.wins.scrollLeft = 0; });
  return async () => {
    if (isTurning) return;
    isTurning = true;
    stage.wins.style.minHeight = `${stage.wins.offsetHeight}px`; // Nothing below moves while the reels turn.
    clearLines(stage);
    reels.roll();
    await reels.stop(scene.reels);
    await trace();
    isTurning = false;
  };
}
