// @ts-check
/** A player's rounds, ten a page: turned over the API, kept up with the stream. Server: templates/components/history.html. */
import { announce } from "../announcer.js";
import { ApiError, get } from "../api.js";
import { live } from "../live.js";
import { fromHistory, historyRow } from "../rounds.js";
import { soon } from "../soon.js";
import { fill, gettext } from "../words.js";

const ROWS = 10;

/**
 * @param {HTMLElement} panel carries the filters in `data-query` and the page shown in `data-number`
 * @param {{ turned?: (page: number) => void }} [options]
 */
export function startHistory(panel, { turned = () => {} } = {}) {
  const part = /** @param {string} name @returns {HTMLElement | null} */ (name) => panel.querySelector(name);
  const list = part("[data-testid=action-history-list]");
  const previous = /** @type {HTMLButtonElement | null} */ (part("[data-testid=action-prev]"));
  const next = /** @type {HTMLButtonElement | null} */ (part("[data-testid=action-next]"));
  const words = part("[data-page]");
  const failed = part("[data-failed]");
  const empty = part("[data-empty]");
  if (!list || !previous || !next || !words || !failed || !empty) return;
  const filters = panel.dataset.query ?? "";
  let page = Number(panel.dataset.number ?? 1);
  let asked = page;
  let calls = 0;

  /** @param {number} wanted */
  async function show(wanted) {
    asked = wanted;
    calls += 1;
    const call = calls;
    const isLatest = () => call === calls; // An older answer may come later than a newer one.
    list?.setAttribute("aria-busy", "true");
    try {
      const query = new URLSearchParams(filters);
      query.set("limit", String(ROWS));
      query.set("offset", String((wanted - 1) * ROWS));
      const { items, total } = await get(`/api/games/history?${query}`);
      if (isLatest()) fit(wanted, items, total);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isLatest()) complain(error.code);
    } finally {
      if (isLatest()) list?.removeAttribute("aria-busy");
    }
  }

  /** @param {number} wanted @param {any[]} items @param {number} total */
  function fit(wanted, items, total) {
    if (!list || !previous || !next || !words || !failed || !empty) return;
    const isTurned = wanted !== page;
    page = wanted;
    list.replaceChildren(...items.map(fromHistory).map(historyRow));
    previous.disabled = page === 1;
    next.disabled = page * ROWS >= total;
    previous.value = String(page - 1);
    next.value = String(page + 1);
    words.textContent = fill(gettext("페이지 %(page)s"), { page });
    empty.hidden = items.length > 0;
    failed.hidden = true;
    if (isTurned) turned(page);
  }

  /** @param {string} code */
  function complain(code) {
    if (!failed) return;
    const place = failed.querySelector("[data-code]");
    if (place) place.textContent = code;
    failed.hidden = false;
    announce(failed.querySelector(".note__words")?.textContent ?? "");
  }

  previous.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter } = /** @type {SubmitEvent} */ (event);
    if (submitter instanceof HTMLButtonElement) show(Number(submitter.value));
  });
  failed.querySelector("[data-retry]")?.addEventListener("click", () => show(asked));
  const again = soon(() => show(page));
  live.on("stats_update", again); // Rounds played before the socket was open are replayed: they count.
  live.on("initial_state", ({ data }) => { if (data.recovered === false) again(); });
}
