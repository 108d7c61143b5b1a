// @ts-check
/** Where the player stands (pity, the day's pulls, rates, album): the server's own parts of the page, fetched anew after each round. */
import { drawRates } from "./rates.js";

const TEN = 10;

export class Standing {
  /** @param {HTMLElement} root @param {import("./gem.js").GachaTable} table */
  constructor(root, table) {
    this.root = root;
    this.table = table;
    /** @type {AbortController | null} */
    this.loading = null;
    drawRates(root, table);
  }

  /** Takes over every `[data-fresh]` part as the server renders it now; on failure what is shown stays. */
  async refresh() {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: loading.signal });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const old of this.root.querySelectorAll("[data-fresh]")) {
        const fresh = page.querySelector(`[data-fresh="${/** @type {HTMLElement} */ (old).dataset.fresh}"]`);
        if (fresh) old.replaceWith(fresh);
      }
      drawRates(this.root, this.table);
      this.allow();
    } catch {
      // The next round brings the next try.
    }
  }

  /** The pity counter as an answer told it; the rest follows with `refresh`. @param {number} after */
  pity(after) {
    const words = this.root.querySelector("[data-part=pity]");
    const bar = /** @type {HTMLProgressElement | null} */ (this.root.querySelector(".pity__bar"));
    if (words) words.textContent = String(after);
    if (bar) bar.value = after;
  }

  /** How many pulls are left today. @returns {number} */
  get remaining() {
    return Number(/** @type {HTMLElement} */ (this.root.querySelector("[data-fresh=today]")).dataset.remaining);
  }

  /** Buttons of pulls that no longer fit say so on their face. */
  allow() {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-count].button"))) {
      if (this.remaining < (button.dataset.count === String(TEN) ? TEN : 1)) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }
}
