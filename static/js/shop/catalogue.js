// @ts-check
/** The cards of the page, rendered by the server: fetched anew when the shop changes, with what stands in meanwhile. */

const PATIENCE_MS = 300;

export class Catalogue {
  /** @param {HTMLElement} root @param {{ shown: () => void }} acts */
  constructor(root, { shown }) {
    this.root = root;
    this.shown = shown;
    /** @type {AbortController | null} */
    this.loading = null;
  }

  /** The product's card, if it is on the page. @param {string} product */
  card(product) {
    return /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-product="${CSS.escape(product)}"]`));
  }

  /** Asks the server for the cards as they are now. */
  async refresh() {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const focused = this.focused();
    const patience = setTimeout(() => this.standIn("goods-loading"), PATIENCE_MS);
    try {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: loading.signal });
      if (!response.ok) return this.fail(`HTTP ${response.status}`);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-part=catalogue]");
      if (!fresh) return this.fail("HTTP 200");
      this.root.replaceChildren(...fresh.children);
      this.root.removeAttribute("aria-busy");
      if (focused) this.root.querySelector(focused)?.focus();
      this.shown();
    } catch (error) {
      if (!loading.signal.aborted) this.fail("NETWORK");
    } finally {
      clearTimeout(patience);
    }
  }

  /** Where the keyboard is among the cards, to give it back. @returns {string | null} */
  focused() {
    const card = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-product]"));
    return card && this.root.contains(card) ? `[data-product="${CSS.escape(card.dataset.product ?? "")}"] :is(button:not(:disabled), a)` : null;
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
    this.root.querySelector("[data-part=reload]")?.addEventListener("click", () => {
      this.standIn("goods-loading");
      this.refresh();
    });
  }
}
