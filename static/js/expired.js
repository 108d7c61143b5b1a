// @ts-check
/** The banner of a session that has ended: the page stays, its words and input too. */
import { announce } from "./announcer.js";

/** @param {HTMLElement} banner */
export function startExpired(banner) {
  document.addEventListener("club:expired", () => {
    if (!banner.hidden) return;
    banner.hidden = false;
    announce(banner.querySelector(".note__words")?.textContent ?? "");
  });
}
