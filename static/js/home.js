// @ts-check
/** The lobby: numbers follow the server, each new round appears on top. */
import { mount } from "./components.js";
import { startLevel, startMoment, startStats } from "./facts.js";
import { live } from "./live.js";
import { recentRow } from "./rounds.js";

/** @param {HTMLElement} list */
function startRecent(list) {
  const limit = Number(list.dataset.limit);
  const empty = list.parentElement?.querySelector("[data-empty]");
  live.on("game_event", ({ data, timestamp }) => {
    if (list.querySelector(`[data-key="${CSS.escape(data.round_id)}"]`)) return;
    const stamp = new Date(timestamp * 1000).toISOString();
    list.prepend(recentRow({ key: data.round_id, game: data.game_type, stake: data.bet, payout: data.win, net: data.net_change, balance: data.balance_after, stamp, meta: data }));
    while (list.children.length > limit) list.lastElementChild?.remove();
    if (empty instanceof HTMLElement) empty.hidden = true;
  });
}

mount("stats", startStats);
mount("level", startLevel);
mount("moment", startMoment);
mount("recent", startRecent);
