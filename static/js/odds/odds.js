// @ts-check
/** The odds page: rows found while typing, and what a stake returns as soon as it is typed. The numbers come from the server. */
import { announce } from "../announcer.js";
import { ApiError, get } from "../api.js";
import { mount } from "../components.js";
import { tell as complain } from "../field.js";
import { percent, percentWords } from "../play/shares.js";
import { toast } from "../toast.js";
import { fill, gettext, number } from "../words.js";

const PAUSE_MS = 250;
const STAKE = /^[1-9]\d{0,8}$/;

/** Runs `work` when nothing has happened for a moment. @param {() => void} work */
function settled(work) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(work, PAUSE_MS);
  };
}

/** @param {HTMLElement} page */
function startFind(page) {
  const input = /** @type {HTMLInputElement} */ (page.querySelector("[data-part=find]"));
  const rows = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-find]")]);
  const tables = [...new Set(rows.map((row) => /** @type {HTMLElement} */ (row.closest(".scroll") ?? row.closest("table"))))];
  const nothing = /** @type {HTMLElement} */ (page.querySelector("[data-part=nothing]"));
  const say = settled(() => announce(fill(gettext("%(count)s개 찾음"), { count: number(rows.filter((row) => !row.hidden).length) })));

  function show() {
    const wanted = input.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.dataset.find?.includes(wanted);
    for (const table of tables) table.hidden = !table.querySelector("[data-find]:not([hidden])");
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("[data-part=section]"))) section.hidden = !section.querySelector("[data-find]:not([hidden])");
    nothing.hidden = rows.some((row) => !row.hidden);
  }

  input.addEventListener("input", () => {
    show();
    say();
    const address = new URL(location.href);
    if (input.value.trim()) address.searchParams.set("q", input.value.trim());
    else address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
  });
  input.form?.addEventListener("submit", (event) => event.preventDefault());
  nothing.querySelector("a")?.addEventListener("click", (event) => {
    event.preventDefault();
    input.value = "";
    input.dispatchEvent(new Event("input"));
    input.focus();
  });
  show();
}

/** @param {HTMLElement} page */
function startCut(page) {
  const form = /** @type {HTMLFormElement} */ (page.querySelector("[data-part=cut]"));
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | HTMLSelectElement | null} */ (form.elements.namedItem(name));
  const places = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-cut]")]);
  let asked = 0; // an answer to what is no longer asked is not told

  async function ask() {
    const mine = (asked += 1);
    const stake = field("stake")?.value.replace(/[\s,]/g, "") ?? "";
    const isStake = STAKE.test(stake);
    complain(form, "stake", isStake || stake === "" ? "" : gettext("1 이상의 정수여야 합니다"));
    if (!isStake) return places.forEach((place) => place.replaceChildren("–"));
    const version = field("version")?.value;
    const query = new URLSearchParams({ stake, lines: field("lines")?.value ?? "1", ...(version ? { version } : {}) });
    try {
      const { games } = await get(`/api/odds?${query}`);
      if (mine !== asked) return;
      for (const place of places) tell(place, games[place.dataset.cut ?? ""]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== asked) return;
      toast(error.code === "NETWORK" ? gettext("연결이 끊겼습니다. 다시 시도해 주세요.") : error.message, { tone: "loss" });
    }
  }

  form.addEventListener("input", settled(ask));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
}

/** @param {HTMLElement} place @param {{ rtp_after_cutting_exact: string | null }} game */
function tell(place, { rtp_after_cutting_exact: exact }) {
  if (exact === null) return place.replaceChildren(gettext("받지 않는 베팅"));
  const [numerator, denominator] = exact.split("/").map(BigInt);
  const code = document.createElement("code");
  code.className = "exact";
  code.textContent = exact.replace("/", " / ");
  place.replaceChildren(percentWords(percent({ numerator, denominator })), code);
}

mount("odds", startFind);
mount("odds-cut", startCut);
