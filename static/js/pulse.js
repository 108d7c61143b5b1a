// @ts-check
/** The club's pulse: what happens in it now, heard while somebody looks, asked for where nothing can be heard. */
import { get } from "./api.js";
import { mount, still } from "./components.js";
import { moment, number } from "./words.js";

const STREAM = "/api/metrics/stream?interval=5";
const NUMBERS = "/api/metrics/global";
const ASK_MS = 30_000;
const LISTEN_AGAIN_MS = 300_000;
const LOST_AFTER_MS = 45_000;
/** Connections in a row that ended after a message at most: a server that only answers, or a network that cuts. */
const SHORT_ONES_MAX = 2;

/** @param {HTMLElement} panel */
function startPulse(panel) {
  /** @type {EventSource | null} */
  let stream = null;
  let heard = 0;
  let shortOnes = 0;
  let hasNumbers = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let lost;

  function listen() {
    rest();
    heard = 0;
    const opened = new EventSource(STREAM);
    stream = opened;
    opened.addEventListener("metrics", (event) => {
      heard += 1;
      if (heard > 1) shortOnes = 0;
      show(JSON.parse(event.data));
    });
    // The name is both the server's word for "no numbers now" and the browser's for a broken line.
    opened.addEventListener("error", (event) => {
      if (!hasNumbers) tell("lost");
      if (event instanceof MessageEvent) { heard += 1; return; }
      shortOnes = heard > 1 ? 0 : shortOnes + 1;
      heard = 0;
      if (opened.readyState === EventSource.CLOSED || shortOnes >= SHORT_ONES_MAX) askInstead();
    });
  }

  function askInstead() {
    rest();
    asking = setInterval(ask, ASK_MS);
    again = setTimeout(listen, LISTEN_AGAIN_MS);
    ask();
  }

  async function ask() {
    const pulse = await get(NUMBERS, { tries: 1 }).catch(() => null);
    if (pulse) show(pulse);
  }

  function rest() {
    stream?.close();
    stream = null;
    clearInterval(asking);
    clearTimeout(again);
    asking = undefined;
  }

  /** A hidden page gives its connection back: a browser has six for a host, and all tabs share them. */
  function look() {
    if (document.hidden) return stop();
    if (stream || asking) return;
    shortOnes = 0;
    waitForNumbers();
    listen();
  }

  function stop() {
    rest();
    clearTimeout(lost);
  }

  function waitForNumbers() {
    clearTimeout(lost);
    lost = setTimeout(() => tell("lost"), LOST_AFTER_MS);
  }

  /** @param {"live" | "lost"} state */
  function tell(state) {
    panel.dataset.state = state;
    panel.querySelector(".dot")?.classList.toggle("dot--live", state === "live");
  }

  /** @param {Record<string, any>} pulse */
  function show(pulse) {
    hasNumbers = true;
    if (!document.hidden) waitForNumbers();
    tell("live");
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("[data-pulse]"))) write(place, pulse[place.dataset.pulse ?? ""]);
    const time = panel.querySelector("time");
    if (!time) return;
    time.dateTime = pulse.generated_at;
    time.textContent = moment(pulse.generated_at);
  }

  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  addEventListener("pagehide", stop);
  look();
}

/** A number that moved lights up for a moment. @param {HTMLElement} place @param {number} value */
function write(place, value) {
  const before = place.dataset.value;
  if (before === String(value)) return;
  place.dataset.value = String(value);
  place.textContent = number(value);
  if (before !== undefined && !still()) place.animate({ color: ["var(--live)", "var(--text)"] }, { duration: 1200, easing: "ease-out" });
}

mount("pulse", startPulse);
