// @ts-check
/** The purchases on the page, rendered by the server: read anew when something moved, and each row kept unless it changed. */
import { startCopy } from "../copy.js";
import { mount } from "../components.js";
import { startClock, startExact, startMoment } from "../facts.js";

const PATIENCE_MS = 300;
const GIVES_UP_MS = 20_000;
const GROUPS = ["asked", "pending", "done"];

/** @typedef {"" | "instead" | "after"} StandIn where skeletons stand while the server answers */

/** The way to the page failed; `code` is what the reader is shown. */
class Unread extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** @param {string} address @param {AbortSignal} signal @returns {Promise<HTMLElement>} the purchases of a page */
async function read(address, signal) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", signal }).catch(() => null);
  if (!response) throw new Unread("NETWORK");
  if (!response.ok) throw new Unread(`HTTP ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text().catch(() => ""), "text/html");
  const fresh = /** @type {HTMLElement | null} */ (page.querySelector("[data-component=purchases]"));
  if (fresh) return fresh;
  if (!page.querySelector("main")) throw new Unread("NETWORK");
  document.dispatchEvent(new CustomEvent("club:expired")); // The page asks to sign in: the session is over.
  throw new Unread("HTTP 401");
}

export class Slips {
  /** @param {HTMLElement} root @param {{ shown: () => void }} acts */
  constructor(root, { shown }) {
    this.root = root;
    this.shown = shown;
    this.pages = 1;
    /** What is being read: one after the other, so that no answer is thrown away. @type {Promise<void>} */
    this.reading = Promise.resolve();
    /** @type {Promise<void> | null} */
    this.asked = null;
    this.isTurning = false;
    this.part("reload").addEventListener("click", () => this.load({ standIn: "instead" }));
    this.part("foot").addEventListener("click", (event) => this.turn(event));
    this.start();
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  /** @param {string} receipt @returns {HTMLElement | null} */
  row(receipt) {
    return this.root.querySelector(`[data-receipt="${CSS.escape(receipt)}"]`);
  }

  /** Opens a row and brings it into view; false when it is not on the page. @param {string} receipt */
  open(receipt) {
    const row = this.row(receipt);
    row?.querySelector("details")?.setAttribute("open", "");
    row?.scrollIntoView({ block: "start" });
    return row !== null;
  }

  /** Reads what is on the page anew, as many pages as are shown. @param {{ standIn?: StandIn }} [options] */
  load({ standIn = "" } = {}) {
    // One that has not begun yet will read what this one was to read.
    this.asked ??= this.inTurn(standIn, async (signal) => {
      this.asked = null;
      const pages = [];
      for (let address = location.href.split("#")[0], left = this.pages; address && left > 0; left -= 1) {
        const page = await read(address, signal);
        pages.push(page);
        address = follow(page);
      }
      this.fit(pages);
    });
    return this.asked;
  }

  /** Older purchases come below those shown. @param {MouseEvent} event */
  turn(event) {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-part=more]"));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (this.isTurning) return;
    this.isTurning = true;
    this.inTurn("after", (signal) => this.append(signal)).finally(() => { this.isTurning = false; });
  }

  /** @param {AbortSignal} signal */
  async append(signal) {
    const following = follow(this.root);
    if (!following) return;
    const last = [...this.root.querySelectorAll("[data-receipt]")].at(-1);
    const page = await read(following, signal);
    this.pages += 1;
    for (const name of GROUPS) {
      const rows = /** @type {HTMLElement[]} */ ([...page.querySelectorAll(`[data-group="${name}"] [data-receipt]`)]);
      this.list(name)?.append(...rows.filter((row) => !this.row(row.dataset.receipt ?? "")));
    }
    this.finish(page);
    const all = [...this.root.querySelectorAll("[data-receipt]")];
    /** @type {HTMLElement | null | undefined} */ (all[all.indexOf(/** @type {Element} */ (last)) + 1]?.querySelector("summary"))?.focus();
  }

  /** @param {StandIn} standIn @param {(signal: AbortSignal) => Promise<void>} act */
  inTurn(standIn, act) {
    const done = this.reading.then(() => this.during(standIn, act));
    this.reading = done.catch(() => {});
    return done;
  }

  /** @param {StandIn} standIn @param {(signal: AbortSignal) => Promise<void>} act */
  async during(standIn, act) {
    this.part("failed").hidden = true;
    const slips = this.part("slips");
    const patience = setTimeout(() => this.wait(standIn), standIn ? 0 : PATIENCE_MS);
    try {
      await act(AbortSignal.timeout(GIVES_UP_MS));
      this.shown();
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      this.part("failed-code").textContent = error.code;
      this.part("failed").hidden = false;
    } finally {
      clearTimeout(patience);
      slips.removeAttribute("aria-busy");
      delete slips.dataset.standIn;
      this.part("waits").replaceChildren();
    }
  }

  /** What is shown while the server is slow to answer: the rows dimmed, or what stands in for them or follows them. @param {StandIn} standIn */
  wait(standIn) {
    this.part("slips").setAttribute("aria-busy", "true");
    if (!standIn) return;
    this.part("slips").dataset.standIn = standIn;
    this.part("waits").replaceChildren(/** @type {HTMLTemplateElement} */ (document.getElementById("slips-loading")).content.cloneNode(true));
  }

  /** @param {string} name @returns {HTMLElement | null} */
  list(name) {
    return this.root.querySelector(`[data-group="${name}"] ul`);
  }

  /** Puts every row where the server has it; one that did not change stays the element it was. @param {HTMLElement[]} pages */
  fit(pages) {
    const known = new Map(/** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("[data-receipt]")]).map((row) => [row.dataset.receipt, row]));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-receipt]"));
    for (const name of GROUPS) {
      const fresh = /** @type {HTMLElement[]} */ (pages.flatMap((page) => [...page.querySelectorAll(`[data-group="${name}"] [data-receipt]`)]));
      const rows = fresh.map((row) => chosen(known.get(row.dataset.receipt), row));
      const list = this.list(name);
      rows.forEach((row, place) => {
        if (list?.children[place] !== row) list?.insertBefore(row, list.children[place] ?? null);
      });
      while (list && list.children.length > rows.length) list.lastElementChild?.remove();
    }
    this.finish(/** @type {HTMLElement} */ (pages.at(-1)));
    if (focused && !this.root.contains(document.activeElement)) this.row(focused.dataset.receipt ?? "")?.querySelector("summary")?.focus({ preventScroll: true });
  }

  /** Headings, foot and empty words follow the rows. @param {HTMLElement} page the last one read */
  finish(page) {
    for (const name of GROUPS) this.list(name)?.parentElement?.toggleAttribute("hidden", !this.list(name)?.children.length);
    this.part("empty").hidden = this.root.querySelector("[data-receipt]") !== null;
    const foot = /** @type {HTMLElement} */ (page.querySelector("[data-part=foot]"));
    this.part("foot").replaceChildren(...foot.childNodes);
    this.part("foot").hidden = foot.hidden;
    this.start();
  }

  /** Brings new rows to life. */
  start() {
    mount("moment", startMoment, this.root);
    mount("exact", startExact, this.root);
    mount("clock", startClock, this.root);
    mount("copy", startCopy, this.root);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-settle]"))) button.hidden = false;
  }
}

/** The address of the page after this one. @param {HTMLElement} page */
const follow = (page) => page.querySelector("[data-part=more]")?.getAttribute("href") ?? "";

/** The row to show: the one on the page unless the server has a newer one, which stays as open as the old one was. @param {HTMLElement | undefined} known @param {HTMLElement} fresh */
function chosen(known, fresh) {
  if (known && known.dataset.version === fresh.dataset.version) return known;
  if (known?.querySelector("details")?.open) fresh.querySelector("details")?.setAttribute("open", "");
  fresh.classList.add("slip--new");
  return fresh;
}
