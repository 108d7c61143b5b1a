// @ts-check
/** A round told in words and drawings, as the server's own rows tell it. */
import { drawing } from "./components.js";
import { fill, gettext, moment, number, signed } from "./words.js";

/** @type {Record<string, string>} */
const DRAWINGS = { "🍒": "sym-cherry", "🍋": "sym-lemon", "🍊": "sym-orange", "🍇": "sym-grapes", "💎": "sym-diamond", "7️⃣": "sym-seven" };

/** @param {string} game */
export function gameName(game) {
  const names = /** @type {Record<string, string>} */ ({ slot: gettext("슬롯"), rps: gettext("가위바위보"), gacha: gettext("가챠"), crash: gettext("크래시") });
  return names[game] ?? game;
}

/** @param {{reels?: string[][], win_lines?: {symbol: string}[]}} round */
export function roundMark({ reels, win_lines }) {
  return DRAWINGS[win_lines?.[0]?.symbol ?? reels?.[1]?.[1] ?? ""] ?? "icon-games";
}

/** What came back of a stake, told without cheer. @param {number} stake @param {number} payout */
export function roundWords(stake, payout) {
  const amounts = { stake: number(stake), payout: number(payout) };
  if (payout === 0) return fill(gettext("%(stake)s 걸고 적중 없음"), amounts);
  if (payout <= stake) return fill(gettext("%(stake)s 중 %(payout)s 돌려받음"), amounts);
  return fill(gettext("%(stake)s 걸고 %(payout)s 받음"), amounts);
}

/** A part that came back is no gain, and no news of a loss either. @param {number} stake @param {number} payout */
const roundTone = (stake, payout) => (payout > stake ? "gain" : payout > 0 ? "soft" : "loss");

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} classes
 * @param {...(Node | string)} children
 */
export function make(tag, classes, ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children);
  return element;
}

/** @param {string} stamp */
function time(stamp) {
  const element = make("time", "tiny faint", moment(stamp));
  element.dateTime = stamp;
  return element;
}

/**
 * A row of "recent".
 * @param {{key: string, game: string, stake: number, payout: number, net: number, balance: number | null, stamp: string, meta: any}} round
 */
export function recentRow({ key, game, stake, payout, net, balance, stamp, meta }) {
  const end = make("p", "list__end", make("b", roundTone(stake, payout), signed(net)));
  if (balance !== null) end.append(make("span", "tiny faint row", `${gettext("잔액")} ${number(balance)}`));
  const row = make("li", "list__item list__item--new", make("span", "list__mark", drawing(roundMark(meta), "symbol")),
    make("div", "", make("p", "small", make("b", "", gameName(game)), ` ${roundWords(stake, payout)}`), make("p", "", time(stamp))), end);
  row.dataset.key = key;
  return row;
}

/**
 * A row of the action history. `item` is a HistoryItem of the API.
 * @param {any} item
 */
export function historyRow(item) {
  const row = make("div", "history__row", make("span", "list__mark", drawing(roundMark(item.result_meta ?? {}), "symbol")),
    make("span", "history__text", make("b", "small", gameName(item.game_type)), make("span", "tiny faint", roundWords(item.bet_amount, item.win_amount))),
    time(item.created_at), make("b", `history__net ${roundTone(item.bet_amount, item.win_amount)}`, signed(item.net_change)));
  row.dataset.key = item.round_id;
  return row;
}
