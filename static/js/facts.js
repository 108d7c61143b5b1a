// @ts-check
/** Small facts that follow the server: statistics, level, and times told in the reader's own zone. */
import { live } from "./live.js";
import { language, moment, number, signed, tone } from "./words.js";

/** @param {HTMLElement} panel */
export function startStats(panel) {
  /** @param {Record<string, any> | undefined} stats */
  const show = (stats) => {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("[data-stat]"))) {
      const value = (element.dataset.stat ?? "").split(".").reduce((facts, name) => facts?.[name], /** @type {any} */ (stats));
      if (typeof value === "number") write(element, value);
    }
  };
  live.on("initial_state", ({ data }) => show(data.stats));
  live.on("stats_update", ({ data, replayed }) => { if (!replayed) show(data.stats); });
}

/** @param {HTMLElement} element @param {number} value */
function write(element, value) {
  const { dataset } = element;
  if ("percent" in dataset) element.textContent = `${value}%`;
  else if ("plain" in dataset) element.textContent = String(value);
  else if ("signed" in dataset) {
    element.textContent = signed(value);
    element.classList.remove("gain", "loss", "soft");
    element.classList.add(tone(value));
  } else element.textContent = number(value);
}

/** @param {HTMLElement} panel */
export function startLevel(panel) {
  /** @param {{level?: number, current_xp?: number}} profile */
  const show = ({ level, current_xp }) => {
    if (level === undefined || current_xp === undefined) return;
    const place = panel.querySelector("[data-level]");
    if (place) place.textContent = String(level);
    const xp = panel.querySelector("[data-xp]");
    if (xp) xp.textContent = String(current_xp);
    panel.querySelector("progress")?.setAttribute("value", String(current_xp));
  };
  live.on("initial_state", ({ data }) => show(data.profile));
  live.on("profile_update", ({ data, replayed }) => { if (!replayed) show(data.changes); });
}

/** @param {HTMLElement} element */
export function startMoment(element) {
  const stamp = element.getAttribute("datetime");
  if (stamp) element.textContent = moment(stamp);
}

const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium", hour12: false });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** Day and time to the second. @param {HTMLElement} element */
export function startExact(element) {
  element.textContent = exact.format(new Date(element.getAttribute("datetime") ?? ""));
}

/** The time of day to the second. @param {HTMLElement} element */
export function startClock(element) {
  element.textContent = clock.format(new Date(element.getAttribute("datetime") ?? ""));
}

const when = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

/** Day and time to the minute. @param {HTMLElement} element */
export function startWhen(element) {
  element.textContent = when.format(new Date(element.getAttribute("datetime") ?? ""));
}
