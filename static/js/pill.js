// @ts-check
/** The connection pill: live · catching up · offline, silent for breaks under 5 s. */
import { live } from "./live.js";

const SILENT_MS = 5000;

/** @param {HTMLElement} pill */
export function startPill(pill) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  const show = () => { pill.dataset.state = live.state; };
  live.on("state", () => {
    clearTimeout(telling);
    if (live.state === "live") show();
    else telling = setTimeout(show, SILENT_MS);
  });
  // A page that never gets through says so too.
  telling = setTimeout(show, SILENT_MS);
}
