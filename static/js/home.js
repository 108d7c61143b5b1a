// @ts-check
/** The lobby: attendance, missions and events; numbers follow the server, each new round appears on top. */
import { get } from "./api.js";
import { mount } from "./components.js";
import { startLevel, startMoment, startStats } from "./facts.js";
import { live } from "./live.js";
import { Daily, startAttendance } from "./progress/attendance.js";
import { fresh } from "./progress/fresh.js";
import { startGoals } from "./progress/goals.js";
import { startVip } from "./progress/vip.js";
import { startTile } from "./records/tile.js";
import { fromHistory, fromNews, recentRow } from "./rounds.js";
import { language } from "./words.js";

const OPEN = "active";
/** The stream tells items by the names of the table. */
const NAMED_IN = "ko";

/** The outcome with its items in the page's language. @param {any} data */
const namesOf = (data) => get(`/api/games/rounds/${data.round_id}`).then((round) => round.outcome, () => data);

/** @param {HTMLElement} list */
function startRecent(list) {
  const limit = Number(list.dataset.limit);
  const empty = list.parentElement?.querySelector("[data-empty]");
  live.on("game_event", async ({ data, timestamp }) => {
    if (data.status === OPEN) return; // A bet is no result; the flight's end is.
    const round = fromNews(data, timestamp);
    if (data.game_type === "gacha" && language !== NAMED_IN) round.meta = await namesOf(data);
    const told = list.querySelector(`[data-key="${CSS.escape(data.round_id)}"]`);
    if (told && !told.querySelector(".list__end .live")) return;
    told?.remove();
    list.prepend(recentRow(round));
    while (list.children.length > limit) list.lastElementChild?.remove();
    if (empty instanceof HTMLElement) empty.hidden = true;
  });
  live.on("initial_state", async ({ data }) => {
    if (data.recovered !== false) return;
    const page = await get(`/api/games/history?limit=${limit}`).catch(() => null);
    if (page) list.replaceChildren(...page.items.map(fromHistory).map(recentRow));
    if (page && empty instanceof HTMLElement) empty.hidden = page.items.length > 0;
  });
}

mount("stats", startStats);
mount("level", startLevel);
mount("moment", startMoment);
mount("recent", startRecent);
mount("tile", startTile);
const dialog = document.getElementById("daily");
if (dialog instanceof HTMLDialogElement) {
  const daily = new Daily(dialog);
  mount("attendance", (card) => startAttendance(card, daily));
}
mount("vip", startVip);
startGoals();
fresh.start();
