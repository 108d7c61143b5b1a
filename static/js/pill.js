// @ts-check
/** The connection pill: live · catching up · offline, silent for breaks under 5 s. */
import { live } from "./live.js";

const SILENT_MS = 5000;

/** @param {HTMLElement} pill */
export function startPill(pill) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  let told = false;
  const show = () => { pill.dataset.state = live.state; };
  const follow = () => {
    if (live.state === "live") {
      clearTimeout(silence);
      silence = undefined;
      told = false;
      show();
    } else if (told) show();
    else silence ??= setTimeout(() => { told = true; show(); }, SILENT_MS);
  };
  live.on("state", follow);
  follow(); // A page that never gets through says so too.
}
