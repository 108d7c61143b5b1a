// @ts-check
/** The bell in the bar: how many notices are unread. */
import { live } from "./live.js";

/** @param {HTMLElement} bell */
export function startBell(bell) {
  const badge = /** @type {HTMLElement} */ (bell.querySelector(".count"));
  const number = /** @type {HTMLElement} */ (bell.querySelector("[data-number]"));
  /** @param {number | undefined} unread */
  const show = (unread) => {
    if (unread === undefined) return;
    bell.dataset.count = String(unread);
    badge.hidden = unread === 0;
    number.textContent = unread > 9 ? "9+" : String(unread);
  };
  live.on("initial_state", ({ data }) => show(data.unread_notifications));
  live.on("notification", ({ data, replayed }) => { if (!replayed) show(data.unread); });
}
