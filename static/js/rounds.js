// @ts-check
/** A round told in words and drawings, as the server's own rows tell it (games/screens/rows.py). */
import { drawing, make } from "./components.js";
import { fill, gettext, handName, moment, number, signed } from "./words.js";

/**
 * @typedef {{ key: string, game: string, status: string, stake: number, payout: number, net: number, stamp: string, balance: number | null, meta: any }} Told
 *   a round of any game; `meta` is its outcome
 */

/** @type {Record<string, string>} */
const DRAWINGS = { "🍒": "sym-cherry", "🍋": "sym-lemon", "🍊": "sym-orange", "🍇": "sym-grapes", "💎": "sym-diamond", "7️⃣": "sym-seven" };
const RARITIES = ["Common", "Rare", "Epic", "Legendary", "Mythic"];
const OPEN = "active";

/** @param {string} game */
export function gameName(game) {
  const names = /** @type {Record<string, string>} */ ({ slot: gettext("슬롯"), rps: gettext("가위바위보"), gacha: gettext("가챠"), crash: gettext("크래시") });
  return names[game] ?? game;
}

/** A line of the API's history. @param {any} item @returns {Told} */
export const fromHistory = (item) => ({
  key: item.round_id, game: item.game_type, status: item.status, stake: item.bet_amount, payout: item.win_amount,
  net: item.net_change, stamp: item.created_at, balance: null, meta: item.result_meta ?? {},
});

/** A `game_event` of the stream. @param {any} data @param {number} seconds @returns {Told} */
export const fromNews = (data, seconds) => ({
  key: data.round_id, game: data.game_type, status: data.status, stake: data.bet, payout: data.win,
  net: data.net_change, stamp: new Date(seconds * 1000).toISOString(), balance: data.balance_after, meta: data,
});

/** The drawing that stands for a round, and how it is drawn. @param {Told} round @returns {[string, string]} */
export function markOf({ game, meta }) {
  if (game === "slot") {
    const symbol = DRAWINGS[meta.win_lines?.[0]?.symbol ?? meta.reels?.[1]?.[1] ?? ""];
    if (symbol) return [symbol, "symbol"];
  }
  if (game === "rps" && meta.player_choice) return [`hand-${meta.player_choice}`, "symbol"];
  if (game === "gacha" && meta.items?.length) {
    const rank = Math.max(1, RARITIES.indexOf(bestOf(meta.items).rarity) + 1);
    return [`shape-${rank}`, `symbol shape tone-${rank}`];
  }
  return [game === "crash" ? "icon-chart" : "icon-games", "icon"];
}

/** @param {{name: string, rarity: string, gold_value: number}[]} items */
const bestOf = (items) => items.reduce((best, item) => (item.gold_value > best.gold_value ? item : best));

/** 2 → 2.00x @param {number} multiplier */
const times = (multiplier) => `${multiplier.toFixed(2)}x`;

/** @type {Record<string, (round: Told) => string>} */
const HAPPENED = {
  rps: ({ meta }) => fill(gettext("%(mine)s 대 %(house)s"), { mine: handName(meta.player_choice), house: handName(meta.computer_choice) }),
  gacha: ({ meta: { items } }) => {
    const item = bestOf(items).name;
    return items.length === 1 ? item : fill(gettext("%(item)s 외 %(count)s장"), { item, count: items.length - 1 });
  },
  crash: ({ status, meta }) => {
    if (status === OPEN) return meta.auto_cashout_multiplier ? fill(gettext("목표 %(times)s"), { times: times(meta.auto_cashout_multiplier) }) : "";
    if (!meta.cashout_multiplier) return fill(gettext("%(times)s에 크래시"), { times: times(meta.crash_point) });
    const shown = { times: times(meta.cashout_multiplier) };
    return status === "auto_cashed" ? fill(gettext("자동 %(times)s"), shown) : fill(gettext("%(times)s에 캐시아웃"), shown);
  },
};

/** What came back of a stake, told without cheer. @param {Told} round */
function cameBack({ game, status, stake, payout }) {
  const amounts = { stake: number(stake), payout: number(payout) };
  if (status === OPEN) return fill(gettext("%(stake)s 걸고 진행 중"), amounts);
  if (payout > stake) return fill(gettext("%(stake)s 걸고 %(payout)s 받음"), amounts);
  if (payout > 0) return fill(gettext("%(stake)s 중 %(payout)s 돌려받음"), amounts);
  return game === "slot" ? fill(gettext("%(stake)s 걸고 적중 없음"), amounts) : fill(gettext("%(stake)s 잃음"), amounts);
}

/** What happened in the game, then what came of the stake. @param {Told} round */
export const wordsOf = (round) => [HAPPENED[round.game]?.(round) ?? "", cameBack(round)].filter(Boolean).join(" · ");

/** A part that came back is no gain, and no news of a loss either. @param {Told} round */
export const toneOf = ({ status, stake, payout }) => (status === OPEN ? "live" : payout > stake ? "gain" : payout > 0 ? "soft" : "loss");

/** @param {Told} round */
export function verdictOf({ status, net }) {
  if (status === OPEN) return gettext("진행 중");
  return net > 0 ? gettext("승") : net < 0 ? gettext("패") : gettext("무");
}

/** What moved; an open round has moved nothing yet that counts. @param {Told} round */
const movedOf = (round) => (round.status === OPEN ? verdictOf(round) : signed(round.net));

/** @param {string} stamp */
function time(stamp) {
  const element = make("time", "tiny faint", moment(stamp));
  element.dateTime = stamp;
  return element;
}

/** A link to where the whole round is shown. @param {string} classes @param {Told} round @param {...Node} children */
function link(classes, { key }, ...children) {
  const element = make("a", classes, ...children);
  element.href = `/rounds/${key}`;
  return element;
}

/** @param {Told} round */
const mark = (round) => make("span", "list__mark", drawing(...markOf(round)));

/** A row of "recent". @param {Told} round */
export function recentRow(round) {
  const end = make("span", "list__end", make("b", toneOf(round), movedOf(round)));
  if (round.balance !== null) end.append(make("span", "tiny faint row", `${gettext("잔액")} ${number(round.balance)}`));
  const text = make("span", "list__text", make("span", "small", make("b", "", gameName(round.game)), ` ${wordsOf(round)}`), time(round.stamp));
  const row = make("li", "list__line list__item--new", link("list__item list__item--link", round, mark(round), text, end));
  row.dataset.key = round.key;
  return row;
}

/** A row of the action history. @param {Told} round */
export function historyRow(round) {
  const text = make("span", "history__text", make("b", "small", gameName(round.game)), make("span", "tiny faint", wordsOf(round)));
  const verdict = make("span", `history__verdict ${toneOf(round)}`, verdictOf(round));
  const net = make("b", `history__net ${toneOf(round)}`, round.status === OPEN ? number(-round.stake) : signed(round.net));
  const row = make("div", "history__row", link("history__link", round, mark(round), text, time(round.stamp), verdict, net));
  row.dataset.key = round.key;
  return row;
}
