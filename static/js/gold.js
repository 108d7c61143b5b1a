// @ts-check
/** Gold on the page: every `[data-gold]` shows the server's last word, never a sum of our own. */
import { still } from "./components.js";
import { afterHold, hold, isHeld } from "./hold.js";
import { live } from "./live.js";
import { number } from "./words.js";

/** @type {number | null} */
let latest = null;
/** @type {WeakMap<HTMLElement, number>} */
const rolls = new WeakMap();

/** @param {HTMLElement} element @param {number} value */
function write(element, value) {
  element.textContent = number(value) + (element.dataset.unit ?? "");
}

/** @param {HTMLElement} element @param {number} target */
function roll(element, target) {
  cancelAnimationFrame(rolls.get(element) ?? 0);
  const from = Number(element.dataset.gold);
  element.dataset.gold = String(target);
  if (from === target || still() || document.hidden) return write(element, target);
  const began = performance.now();
  /** @param {number} now */
  const step = (now) => {
    const part = Math.min(1, (now - began) / 480);
    write(element, Math.round(from + (target - from) * (1 - (1 - part) ** 3)));
    if (part < 1) rolls.set(element, requestAnimationFrame(step));
  };
  rolls.set(element, requestAnimationFrame(step));
}

let isWaiting = false;

/** Shows the gold when the result is out, once. */
function wait() {
  if (isWaiting) return;
  isWaiting = true;
  afterHold(() => { isWaiting = false; show(); });
}

function show() {
  if (latest === null) return;
  if (isHeld()) return wait();
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-gold]"))) {
    if (Number(element.dataset.gold) !== latest) roll(element, latest);
  }
}

/**
 * Shows a balance the server sent in an answer. While the stream is live its events decide,
 * so that a late answer cannot overwrite a newer event.
 * @param {number} balance
 */
export function balanceFromAnswer(balance) {
  if (live.state === "live" && latest !== null) return;
  latest = balance;
  show();
}

/**
 * Keeps the shown gold still until the returned function is called, so that a number does not
 * tell the result before the reels do.
 * @returns {() => void}
 */
export const holdGold = () => hold();

/** The server's last balance known to this page. */
export const shownGold = () => latest ?? Number(/** @type {HTMLElement | null} */ (document.querySelector("[data-gold]"))?.dataset.gold ?? 0);

/** @param {number | undefined} balance */
function accept(balance) {
  if (typeof balance !== "number") return;
  latest = balance;
  show();
}

export function startGold() {
  live.on("initial_state", ({ data }) => accept(data.balance?.gold_balance));
  live.on("profile_update", ({ data, replayed }) => { if (!replayed) accept(data.changes?.gold_balance); });
  live.on("reward_granted", ({ data, replayed }) => { if (!replayed) accept(data.balance_after); });
}
