// @ts-check
/**
 * The winning lines, traced one by one through their cells, each with its amount.
 * @module
 */
import { picture, still } from "../components.js";
import { pause } from "../pause.js";

const SVG = "http://www.w3.org/2000/svg";
const CELL = { width: 170, height: 126, left: 80, top: 63 };
const EDGE = { left: 4, right: 496, top: 4, bottom: 374 };
const TRACE_MS = 420;
const GAP_MS = 140;

/**
 * @typedef {{ line: number, positions: number[][], symbol: string, count: number, multiplier: number, amount: number }} LineWin
 * @typedef {{ reels: import("./reels.js").Reels, trace: SVGElement, wins: HTMLElement, tags: HTMLElement[] }} Stage
 */

/** @param {Stage} stage */
export function clearLines({ trace, wins, tags }) {
  trace.replaceChildren();
  wins.replaceChildren();
  wins.removeAttribute("tabindex");
  for (const tag of tags) tag.removeAttribute("data-won");
}

/**
 * Trace every win in order, or all at once; `told` is called as each begins. Once aborted, nothing more is drawn.
 * @param {Stage} stage @param {LineWin[]} wins
 * @param {{ signal: AbortSignal, isAtOnce?: boolean, told: (win: LineWin, at: number) => void, label: (win: LineWin) => { text: string, amount: string } }} options
 */
export async function traceLines(stage, wins, { signal, isAtOnce = still(), told, label }) {
  for (const [at, win] of wins.entries()) {
    const path = stage.trace.appendChild(drawn(win));
    light(stage, win);
    stage.wins.append(chip(stage, win, label(win)));
    follow(stage.wins);
    told(win, at);
    if (isAtOnce) continue;
    const motion = path.animate([{ strokeDashoffset: 100 }, { strokeDashoffset: 0 }], { duration: TRACE_MS, easing: "cubic-bezier(.2,.7,.2,1)" });
    signal.addEventListener("abort", () => motion.finish(), { once: true });
    await motion.finished;
    if (at < wins.length - 1) await pause(GAP_MS, signal);
    if (signal.aborted) return;
  }
}

/** @param {Stage} stage @param {LineWin} win */
function light({ reels, tags }, win) {
  for (const [row, column] of win.positions.slice(0, win.count)) {
    const cell = reels.at(row, column);
    cell.setAttribute("data-won", "");
    cell.removeAttribute("data-lit");
    requestAnimationFrame(() => cell.toggleAttribute("data-lit", cell.hasAttribute("data-won")));
  }
  tags.find((tag) => tag.dataset.line === String(win.line))?.setAttribute("data-won", "");
}

/** @param {Stage} stage @param {LineWin} win @param {{ text: string, amount: string }} label @returns {HTMLElement} */
function chip({ reels }, win, { text, amount }) {
  const item = document.createElement("li");
  const art = reels.faces.get(win.symbol)?.art ?? "";
  for (let n = 0; n < win.count; n += 1) item.append(picture(art));
  const words = document.createElement("span");
  words.textContent = text;
  const gold = document.createElement("b");
  gold.textContent = amount;
  item.append(words, gold);
  return item;
}

/** The line from the left edge through its cells; a pair ends at its second cell. @param {LineWin} win @returns {SVGPathElement} */
function drawn(win) {
  const points = win.positions.slice(0, win.count).map(([row, column]) => [CELL.left + column * CELL.width, CELL.top + row * CELL.height]);
  const slope = Math.sign(points[1][1] - points[0][1]);
  const start = [EDGE.left, slope === 0 ? points[0][1] : slope > 0 ? EDGE.top : EDGE.bottom];
  const end = [EDGE.right, slope === 0 ? points[0][1] : slope > 0 ? EDGE.bottom : EDGE.top];
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", "reels__path");
  path.setAttribute("pathLength", "100");
  path.setAttribute("d", `M${[start, ...points, ...(win.count === win.positions.length ? [end] : [])].map((point) => point.join(" ")).join("L")}`);
  return path;
}

/** A row longer than its place shows its newest end and can be scrolled by keyboard. @param {HTMLElement} row */
function follow(row) {
  if (row.scrollWidth <= row.clientWidth) return;
  row.tabIndex = 0;
  row.scrollLeft = row.scrollWidth;
}
