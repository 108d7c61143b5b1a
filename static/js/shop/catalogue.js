// @ts-check
/** The cards of the page, rendered by the server: fetched anew when the shop changes, with what stands in meanwhile. */

/** So long the cards of before stay: news come often, and a page that blinks at each of them is not read. */
const PATIENCE_MS = 2500;

/** @typedef {{ name: string, state: string }} Shown a card as the player saw it */

export class Catalogue {
  /**
   * @param {HTMLElement} root
   * @param {{ shown: (before: Map<string, Shown>) => void, heard: (stamp: string, sent: number, arrived: number) => void, failed: (code: string) => void }} acts
   *   `shown`: other cards are on the page, by id those of before; `heard`: the server's time, told with them
   */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    /** @type {Map<string, Shown>} */
    this.latest = this.cards();
    /** @type {AbortController | null} */
    this.loading = null;
  }

  /** The card of this id, if it is on the page. @param {string} id */
  card(id) {
    return /** @type {HTMLElement | null} */ (id ? this.root.querySelector(`#${CSS.escape(id)}`) : null);
  }

  /** @returns {Map<string, Shown>} by id */
  cards() {
    const found = /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-state]"));
    return new Map([...found].map(({ id, dataset }) => [id, { name: dataset.name ?? "", state: dataset.state ?? "" }]));
  }

  /** Asks the server for the cards as they are now. */
  async refresh() {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const focused = this.focused();
    const patience = setTimeout(() => this.standIn("goods-loading"), PATIENCE_MS);
    const sent = performance.now();
    try {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: loading.signal });
      if (!response.ok) return this.fail(`HTTP ${response.status}`);
      const arrived = performance.now();
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = /** @type {HTMLElement | null} */ (page.querySelector("[data-part=catalogue]"));
      if (!fresh) return this.fail("HTTP 200");
      this.root.replaceChildren(...fresh.children);
      this.root.removeAttribute("aria-busy");
      if (focused) /** @type {HTMLElement | null} */ (this.root.querySelector(focused))?.focus({ preventScroll: true });
      this.acts.heard(fresh.dataset.now ?? "", sent, arrived);
      const before = this.latest;
      this.latest = this.cards();
      this.acts.shown(before);
    } catch (error) {
      if (!loading.signal.aborted) this.fail("NETWORK");
    } finally {
      clearTimeout(patience);
    }
  }

  /** Where the keyboard is among the cards, to give it back. @returns {string | null} */
  focused() {
    const card = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-state]"));
    return card && this.root.contains(card) ? `#${CSS.escape(card.id)} :is(button:not(:disabled), a):not([hidden])` : null;
  }

  /** @param {string} id of a template */
  standIn(id) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
    this.root.replaceChildren(template.content.cloneNode(true));
    this.root.toggleAttribute("aria-busy", id === "goods-loading");
  }

  /** @param {string} code */
  fail(code) {
    this.standIn("goods-failed");
    const words = this.root.querySelector("[data-part=error-code]");
    if (words) words.textContent = code;
    this.acts.failed(code);
    this.root.querySelector("[data-part=reload]")?.addEventListener("click", () => {
      this.standIn("goods-loading");
      this.refresh();
    });
  }
}
