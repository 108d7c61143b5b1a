// @ts-check
/**
 * The parts of the page that are `data-fresh`: rendered by the server, fetched anew together, and put in their places.
 * Also the server's clock as these parts tell it, and the countdowns that run by it.
 */
import { Clock, pageAsked } from "../clock.js";
import { mount } from "../components.js";
import { Countdowns } from "../countdown.js";
import { startWhen } from "../facts.js";
import { live } from "../live.js";
import { soon } from "../soon.js";

const NEWS_MS = 300;
/** So long the old parts stay on a page that is asked anew by hand. */
const PATIENCE_MS = 250;
const LOADING = "goals-loading";
const FAILED = "goals-failed";

/** @param {ParentNode} page @returns {HTMLElement[]} */
const partsOf = (page) => [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-fresh]"))];

class Fresh {
  /** The place of the stream that the parts are known to show. */
  #shown = Number(document.body.dataset.streamSeq ?? 0);
  /** The newest event that was written into them. */
  #heard = 0;
  #isConnected = false;
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {(() => void)[]} */
  #listeners = [];
  clock = new Clock();
  #countdowns = new Countdowns(this.clock, () => this.soon());
  /** Fetches the parts a moment after the last piece of news. */
  soon = soon(() => this.refresh(), NEWS_MS);

  start() {
    const { sent, arrived } = pageAsked();
    this.#hearClock(document, sent, arrived);
    mount("when", startWhen);
    this.#countdowns.tick();
    live.on("initial_state", ({ data }) => {
      // After a reconnect, or when something happened since the page was rendered, the server is asked again.
      if (this.#isConnected || data.as_of_seq !== this.#shown || data.recovered === false) this.soon();
      this.#isConnected = true;
    });
    addEventListener("pageshow", (event) => event.persisted && this.refresh());
  }

  /** Calls back whenever other parts are on the page. @param {() => void} act */
  onShown(act) {
    this.#listeners.push(act);
  }

  /** An event that a part shows already: no older page may overwrite it. @param {number | null} seq */
  heard(seq) {
    if (seq !== null) this.#heard = Math.max(this.#heard, seq);
  }

  /** @param {ParentNode} page @param {number} sent @param {number} arrived */
  #hearClock(page, sent, arrived) {
    const stamp = /** @type {HTMLElement | null} */ (page.querySelector("[data-now]"))?.dataset.now;
    if (stamp) this.clock.hear(stamp, sent, arrived);
  }

  /** Asks for the parts as they are now; `loud` also shows that it waits, or that it failed. @param {{ loud?: boolean }} [how] */
  async refresh({ loud = false } = {}) {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const waiting = loud ? setTimeout(() => standIn(LOADING), PATIENCE_MS) : 0;
    const sent = performance.now();
    try {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: loading.signal });
      const arrived = performance.now();
      const text = await response.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      if (!response.ok || !page.body.dataset.player) return this.#failed(`HTTP_${response.status}`, loud);
      const seq = Number(page.body.dataset.streamSeq);
      if (seq < this.#heard) return this.soon();
      this.#hearClock(page, sent, arrived);
      this.#shown = seq;
      this.#show(page);
    } catch {
      if (!loading.signal.aborted) this.#failed("NETWORK", loud);
    } finally {
      clearTimeout(waiting);
    }
  }

  /** @param {Document} page */
  #show(page) {
    for (const part of partsOf(document)) {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"][data-fresh]`);
      if (!fresh) continue;
      const focused = part.contains(document.activeElement) ? placeOf(document.activeElement) : "";
      const open = [...part.querySelectorAll("details")].map((each) => each.open);
      part.replaceChildren(...fresh.children);
      part.removeAttribute("aria-busy");
      part.querySelectorAll("details").forEach((each, place) => { each.open = open[place] ?? false; });
      mount("when", startWhen, part);
      if (focused) /** @type {HTMLElement | null} */ (part.querySelector(focused))?.focus({ preventScroll: true });
    }
    this.#countdowns.tick();
    this.#listeners.forEach((act) => act());
  }

  /** @param {string} code @param {boolean} loud */
  #failed(code, loud) {
    if (!loud) return;
    standIn(FAILED);
    const words = document.querySelector("[data-fresh] [data-part=code]");
    if (words) words.textContent = code;
    this.#listeners.forEach((act) => act());
  }
}

/** Puts a template in the place of the parts. @param {string} id */
function standIn(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return;
  for (const part of partsOf(document)) {
    part.replaceChildren(template.content.cloneNode(true));
    part.toggleAttribute("aria-busy", id === LOADING);
  }
}

/** How to find the focused element again among fresh ones. @param {Element | null} element */
function placeOf(element) {
  const { testid, act } = /** @type {HTMLElement | null} */ (element)?.dataset ?? {};
  if (testid) return `[data-testid="${CSS.escape(testid)}"]`;
  return act ? `[data-act="${act}"]` : element?.matches("summary") ? "summary" : "";
}

export const fresh = new Fresh();
