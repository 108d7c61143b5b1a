// @ts-check
/** The club's pulse: what happens in it now, asked for again while somebody looks. */
import { get } from "./api.js";
import { mount } from "./components.js";
import { moment, number } from "./words.js";

const AGAIN_MS = 30_000;

/** @param {HTMLElement} panel */
function startPulse(panel) {
  async function show() {
    if (document.hidden) return;
    const pulse = await get("/api/metrics/global", { tries: 1 }).catch(() => null);
    if (!pulse) return;
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("[data-pulse]"))) place.textContent = number(pulse[place.dataset.pulse ?? ""] ?? 0);
    const time = panel.querySelector("time");
    if (time) {
      time.dateTime = pulse.generated_at;
      time.textContent = moment(pulse.generated_at);
      /** @type {HTMLElement} */ (time.parentElement).hidden = false;
    }
  }
  setInterval(show, AGAIN_MS);
  document.addEventListener("visibilitychange", show);
  show();
}

mount("pulse", startPulse);
