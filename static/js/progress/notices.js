// @ts-check
/** The screen of notices: by the reader's days, read one by one or all at once, new ones on top. */
import { call, get, post } from "../api.js";
import { drawing, make, mount } from "../components.js";
import { live } from "../live.js";
import { soon } from "../soon.js";
import { toast } from "../toast.js";
import { fill, gettext, language } from "../words.js";
import { wordsFor } from "./problem.js";

/** @typedef {{ id: number, kind: string, title: string, message: string, link: string | null, is_read?: boolean, created_at: string }} Notice */

const PAGE = 20;
const NEWS_MS = 250;
const ICONS = /** @type {Record<string, string>} */ ({ purchase: "icon-receipt", reward: "icon-gift", progress: "icon-trophy", account: "icon-profile", security: "icon-shield" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const dayName = new Intl.DateTimeFormat(language, { month: "long", day: "numeric" });

/** A path of this house, or nothing. @param {string | null} link */
const ours = (link) => (link?.startsWith("/") && !link.startsWith("//") ? link : "");

/** @param {Date} day */
function nameOf(day) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (day.toDateString() === new Date().toDateString()) return gettext("오늘");
  return day.toDateString() === yesterday.toDateString() ? gettext("어제") : dayName.format(day);
}

/** @param {Notice} notice */
function rowOf(notice) {
  const { id, title, message, link, created_at } = notice;
  const href = ours(link);
  const name = href ? make("a", "", title) : title;
  if (name instanceof HTMLAnchorElement) {
    name.href = href;
    name.dataset.follow = "";
  }
  const unread = make("span", "unseen", ` ${gettext("읽지 않음")}`);
  unread.dataset.part = "unread";
  const time = make("time", "tiny faint", "");
  time.dateTime = created_at;
  time.dataset.part = "time";
  const button = make("button", "button button--quiet button--icon notice__read", drawing("icon-check"));
  Object.assign(button, { type: "button", title: gettext("읽음으로 표시") });
  button.setAttribute("aria-label", fill(gettext("%(title)s: 읽음으로 표시"), { title }));
  button.dataset.act = "read";
  const text = make("div", "notice__text", make("p", "notice__title", name, unread), make("p", "small soft", message));
  const row = make("li", "notice notice--unread", make("span", "list__mark", drawing(ICONS[notice.kind] ?? "icon-bell")), text, time, button);
  Object.assign(row.dataset, { notice: String(id), at: created_at, testid: `notification-${id}` });
  if (notice.is_read) markRead(row);
  return row;
}

/** @param {HTMLElement} row */
function markRead(row) {
  row.classList.remove("notice--unread");
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-part=unread], [data-act=read]"))) part.hidden = true;
}

/** @param {HTMLElement} screen */
function startNotices(screen) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (screen.querySelector(`[data-part="${name}"]`));
  const button = (/** @type {string} */ act) => /** @type {HTMLButtonElement} */ (screen.querySelector(`[data-act="${act}"]`));
  const list = part("list");
  const rows = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[data-notice]")]);
  let { cursor = "" } = screen.dataset;

  /** Puts rows, newest first, under the days of the reader's own zone. @param {HTMLElement[]} found */
  function arrange(found) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const days = Map.groupBy ? Map.groupBy(found, dayOf) : grouped(found);
    list.replaceChildren(...[...days].map(([day, mine]) => {
      const section = make("section", "notices__day", make("h2", "notices__date", day), make("ul", "card", ...mine));
      section.setAttribute("aria-label", day);
      return section;
    }));
    for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (list.querySelectorAll("[data-part=time]"))) time.textContent = clock.format(new Date(time.dateTime));
    part("empty").hidden = found.length > 0;
    if (focused && list.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** @param {number} unread */
  function count(unread) {
    part("count").textContent = String(unread);
    part("some").hidden = unread === 0;
    part("none").hidden = unread > 0;
    button("read-all").disabled = unread === 0;
    if (unread === 0) rows().forEach(markRead);
  }

  /** Asks for the newest page: what is new goes on top, what was read elsewhere is marked. */
  async function catchUp() {
    const page = await get(`/api/notifications?limit=${PAGE}`).catch(() => null);
    if (!page) return;
    const known = new Map(rows().map((row) => [Number(row.dataset.notice), row]));
    const unknown = page.items.filter((/** @type {Notice} */ notice) => !known.has(notice.id)).map(rowOf);
    for (const notice of page.items) if (notice.is_read && known.has(notice.id)) markRead(/** @type {HTMLElement} */ (known.get(notice.id)));
    arrange([...unknown, ...rows()].sort((a, b) => Number(b.dataset.notice) - Number(a.dataset.notice)));
    count(page.unread);
  }
  const later = soon(catchUp, NEWS_MS);

  /** @param {HTMLElement} row */
  async function read(row) {
    const next = /** @type {HTMLElement | null} */ (row.querySelector("a") ?? row.nextElementSibling?.querySelector("[data-act=read]:not([hidden])") ?? button("read-all"));
    if (row.contains(document.activeElement)) next?.focus({ preventScroll: true });
    markRead(row);
    try {
      count((await post(`/api/notifications/${row.dataset.notice}/read`)).unread);
    } catch (error) {
      toast(wordsFor(error), { tone: "loss" });
      later();
    }
  }

  async function readAll() {
    button("read-all").disabled = true;
    try {
      await post("/api/notifications/read-all");
      count(0);
    } catch (error) {
      button("read-all").disabled = false;
      toast(wordsFor(error), { tone: "loss" });
    }
  }

  async function more() {
    button("more").disabled = true;
    try {
      const page = await get(`/api/notifications?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
      cursor = page.next_cursor ?? "";
      const added = page.items.map(rowOf);
      arrange([...rows(), ...added]);
      button("more").hidden = !cursor;
      added[0]?.querySelector("a, button:not([hidden])")?.focus();
    } catch (error) {
      toast(wordsFor(error), { tone: "loss" });
    } finally {
      button("more").disabled = false;
    }
  }

  screen.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest("[data-notice]"));
    const act = /** @type {HTMLElement | null} */ (target.closest("[data-act]"))?.dataset.act;
    if (act === "read" && row) read(row);
    else if (act === "read-all") readAll();
    else if (act === "more") more();
    // The way of the link is not held up by it: the page may be left meanwhile.
    else if (row?.classList.contains("notice--unread") && target.closest("[data-follow]")) call("POST", `/api/notifications/${row.dataset.notice}/read`, { body: {}, tries: 1, keepalive: true }).catch(() => {});
  });
  live.on("initial_state", ({ data }) => {
    if (data.unread_notifications !== undefined && data.unread_notifications !== Number(screen.dataset.unread)) later();
  });
  live.on("notification", ({ data, replayed }) => {
    if (replayed) return;
    screen.dataset.unread = String(data.unread);
    if (data.id !== undefined && !rows().some((row) => row.dataset.notice === String(data.id))) arrange([rowOf(data), ...rows()]);
    count(data.unread);
    if (data.id === undefined && data.unread > 0) later(); // Something was read in another tab; which, only the server knows.
  });
  arrange(rows());
}

/** @param {HTMLElement} row */
const dayOf = (row) => nameOf(new Date(row.dataset.at ?? ""));

/** @param {HTMLElement[]} rows @returns {Map<string, HTMLElement[]>} */
function grouped(rows) {
  const days = new Map();
  for (const row of rows) days.set(dayOf(row), [...(days.get(dayOf(row)) ?? []), row]);
  return days;
}

mount("notices", startNotices);
