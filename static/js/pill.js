// @ts-check
/** The connection pill: live · catching up · polling · offline, silent for breaks under 5 s and while nobody looks. */
import { announce } from "./announcer.js";
import { live } from "./live.js";

const SILENT_MS = 5000;

/** @param {HTMLElement} pill */
export function startPill(pill) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  let told = false;
  const show = () => {
    if (pill.dataset.state === live.state) return;
    pill.dataset.state = live.state;
    announce(pill.querySelector(`[data-word="${live.state}"]`)?.textContent ?? "");
  };
  const follow = () => {
    if (document.hidden || live.state === "live") {
      clearTimeout(silence);
      silence = undefined;
    }
    if (document.hidden) return; // A hidden page lets go of its socket: the silence begins when it is seen again.
    if (live.state === "live") {
      told = false;
      show();
    } else if (told) show();
    else silence ??= setTimeout(() => { told = true; show(); }, SILENT_MS);
  };
  live.on("state", follow);
  document.addEventListener("visibilitychange", follow);
  follow(); // A page that never gets through says so too.
}
