// @ts-check
/** Level rings follow the server's level and experience. */
import { fill, gettext } from "./words.js";
import { live } from "./live.js";

/** @param {HTMLElement} ring */
export function startRing(ring) {
  /** @param {{level?: number, current_xp?: number, progress_percentage?: number, xp_for_next_level?: number}} profile */
  const show = ({ level, current_xp, progress_percentage, xp_for_next_level = 500 }) => {
    if (level === undefined || current_xp === undefined) return;
    const number = ring.querySelector("[data-level]");
    if (number) number.textContent = String(level);
    ring.querySelector(".ring__value")?.setAttribute("stroke-dasharray", `${progress_percentage ?? (current_xp / xp_for_next_level) * 100} 100`);
    ring.setAttribute("aria-label", fill(gettext("레벨 %(level)s, 경험치 %(xp)s / %(max)s"), { level, xp: current_xp, max: xp_for_next_level }));
  };
  live.on("initial_state", ({ data }) => show(data.profile));
  live.on("profile_update", ({ data, replayed }) => { if (!replayed) show(data.changes); });
}
