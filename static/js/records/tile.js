// @ts-check
/** A game's tile follows the stream: whether a round is open, and what the last one came to. */
import { make } from "../components.js";
import { live } from "../live.js";
import { fromNews, toneOf, verdictOf } from "../rounds.js";
import { signed } from "../words.js";

/** @param {HTMLElement} tile */
export function startTile(tile) {
  live.on("game_event", ({ data, timestamp }) => {
    if (data.game_type !== tile.dataset.game) return;
    const isOpen = data.status === "active";
    const badge = /** @type {HTMLElement | null} */ (tile.querySelector("[data-live]"));
    if (badge) badge.hidden = !isOpen;
    const last = /** @type {HTMLElement | null} */ (tile.querySelector("[data-last]"));
    const net = last?.querySelector("[data-net]");
    if (isOpen || !last || !net) return;
    const round = fromNews(data, timestamp);
    net.className = toneOf(round);
    net.replaceChildren(make("span", "unseen", `${verdictOf(round)} `), signed(round.net));
    last.hidden = false;
  });
}
