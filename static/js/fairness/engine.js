// @ts-check
/**
 * The club's four games once more, for everybody: from revealed seeds and a published table to the outcome and the gold.
 * Pure; multipliers in hundredths. Held to the server's rules by the golden vectors that both must find.
 */
import { commitment, Dice } from "./dice.js";

/**
 * @typedef {Record<string, any>} Table a game's table, as `GET /api/odds` and the verifier file publish it
 * @typedef {Record<string, any>} Json
 * @typedef {{ game: string, table: Table, server_seed: string, client_seed: string, nonce: number | string, stake: number, params: Json }} Round
 * @typedef {{ outcome: Json, payout: number }} Played
 */

const HUNDREDTHS = 100;
const TEN = 10;
const SIZE = 3;
const POINT_SPAN = 2n ** 52n;

/** Lines 1 to 5 as [row, column]: middle, top, bottom, diagonal down, diagonal up. */
const PAYLINES = [
  [[1, 0], [1, 1], [1, 2]],
  [[0, 0], [0, 1], [0, 2]],
  [[2, 0], [2, 1], [2, 2]],
  [[0, 0], [1, 1], [2, 2]],
  [[2, 0], [1, 1], [0, 2]],
];

/** The hands in the order they are drawn; each is beaten by the next, the last by the first. */
export const HANDS = ["rock", "paper", "scissors"];

/** A share of gold, cut to whole gold. @param {number} stake @param {number} multiplier in hundredths @param {number} [parts] */
const cut = (stake, multiplier, parts = 1) => Number((BigInt(stake) * BigInt(multiplier)) / BigInt(HUNDREDTHS * parts));

/** @param {Table} table @param {Dice} dice @param {{ stake: number, lines: number }} bet @returns {Played} */
function slot({ symbols, jackpot }, dice, { stake, lines }) {
  const weights = symbols.map((/** @type {Json} */ symbol) => symbol.weight);
  const cells = [...Array(SIZE).keys()].map((row) => [...Array(SIZE).keys()].map((column) =>
    symbols[dice.weighted(weights, { what: "cell", row, column }, (index) => symbols[index].face)]));
  const wins = PAYLINES.slice(0, lines).flatMap((positions, index) => {
    const [first, second, third] = positions.map(([row, column]) => cells[row][column]);
    const count = first.face !== second.face ? 0 : second.face !== third.face ? 2 : SIZE;
    const multiplier = count === 0 ? 0 : count === SIZE ? first.three : first.pair;
    if (!multiplier) return [];
    return [{ line: index + 1, positions, symbol: first.face, count, multiplier: multiplier / HUNDREDTHS, amount: cut(stake, multiplier, lines) }];
  });
  return {
    outcome: {
      lines,
      reels: cells.map((row) => row.map(({ face }) => face)),
      win_lines: wins,
      is_jackpot: wins.some(({ count, symbol }) => count === SIZE && symbol === jackpot),
    },
    payout: wins.reduce((sum, { amount }) => sum + amount, 0),
  };
}

/** @param {Table} table @param {Dice} dice @param {{ stake: number, choice: string }} bet @returns {Played} */
function rps({ win, draw }, dice, { stake, choice }) {
  const house = dice.draw(HANDS.length, { what: "hand" }, (hand) => HANDS[hand]);
  const lead = (HANDS.indexOf(choice) - house + HANDS.length) % HANDS.length;
  const [result, multiplier] = [["draw", draw], ["win", win], ["lose", 0]][lead];
  return {
    outcome: { player_choice: choice, computer_choice: HANDS[house], result, multiplier: multiplier / HUNDREDTHS },
    payout: cut(stake, multiplier),
  };
}

/** @param {Table} table @param {Dice} dice @param {{ pull_count: number, pity_before: number }} bet @returns {Played} */
function gacha({ rarities, items, pity, ten_guarantee }, dice, { pull_count, pity_before }) {
  const names = rarities.map((/** @type {Json} */ rarity) => rarity.name);
  const [pityFrom, tenFrom] = [names.indexOf(pity.guarantees), names.indexOf(ten_guarantee)];
  let counter = pity_before;
  let owed = pull_count === TEN;
  const drawn = [...Array(pull_count).keys()].map((index) => {
    const promised = { pity: counter + 1 >= pity.threshold, guaranteed: owed && index === TEN - 1 };
    const lowest = Math.max(promised.pity ? pityFrom : 0, promised.guaranteed ? tenFrom : 0);
    const weights = rarities.map((/** @type {Json} */ rarity, /** @type {number} */ place) => (place < lowest ? 0 : rarity.weight));
    const rarity = dice.weighted(weights, { what: "rarity", pull: index + 1, ...promised }, (place) => names[place]);
    const choice = items.filter((/** @type {Json} */ item) => item.rarity === names[rarity]);
    const item = choice[dice.draw(choice.length, { what: "item", pull: index + 1 }, (place) => choice[place].item_id)];
    counter = rarity >= pityFrom ? 0 : counter + 1;
    owed &&= rarity < tenFrom;
    return { ...item, ...promised };
  });
  return {
    outcome: {
      pull_count,
      items: drawn,
      pity: { before: pity_before, after: counter, pulls_until_pity: Math.max(1, pity.threshold - counter) },
    },
    payout: drawn.reduce((sum, { gold_value }) => sum + gold_value, 0),
  };
}

/**
 * A target at or below the point is paid exactly; a cash-out by hand is paid what it showed, which the point must exceed.
 * @param {Table} table @param {Dice} dice
 * @param {{ stake: number, auto_cashout_multiplier?: number | null, cashout_multiplier?: number | null }} bet
 * @returns {Played}
 */
function crash({ return_hundredths, top }, dice, { stake, auto_cashout_multiplier = null, cashout_multiplier = null }) {
  const drawn = BigInt(`0x${dice.block(0).slice(0, 13)}`);
  const reached = (BigInt(return_hundredths) * POINT_SPAN) / (POINT_SPAN - drawn);
  const point = Math.min(Math.max(HUNDREDTHS, Number(reached)), top);
  const target = auto_cashout_multiplier === null ? top : hundredths(auto_cashout_multiplier);
  const left = cashout_multiplier === null ? null : hundredths(cashout_multiplier);
  const byHand = left !== null && left < point && left < target ? left : null;
  const paid = byHand ?? (target <= point ? target : null);
  return {
    outcome: {
      auto_cashout_multiplier,
      cashout_multiplier: paid === null ? null : paid / HUNDREDTHS,
      crash_point: point / HUNDREDTHS,
    },
    payout: paid === null ? 0 : cut(stake, paid),
  };
}

/** A multiplier of at most two decimals in whole hundredths: 1.85 → 185. @param {number} multiplier */
const hundredths = (multiplier) => Math.round(multiplier * HUNDREDTHS);

/** @type {Record<string, (table: Table, dice: Dice, bet: any) => Played>} */
const GAMES = { slot, rps, gacha, crash };

/**
 * Plays a round again.
 * @param {Round} round
 */
export function replay({ game, table, server_seed, client_seed, nonce, stake, params }) {
  const dice = new Dice({ server_seed, client_seed, nonce, game });
  const { outcome, payout } = GAMES[game](table, dice, { ...params, stake });
  return { server_seed_hash: commitment(server_seed), outcome, payout, blocks: dice.blocks, draws: dice.draws };
}

/**
 * Whether a record says what the replay found. Names are told in the reader's language and the staging is no outcome:
 * neither is compared.
 * @param {any} found @param {any} recorded
 * @returns {boolean}
 */
export function agrees(found, recorded) {
  if (found === null || typeof found !== "object") return found === recorded;
  if (recorded === null || typeof recorded !== "object") return false;
  if (Array.isArray(found) && found.length !== recorded.length) return false;
  return Object.keys(found).every((key) => key === "name" || agrees(found[key], recorded[key]));
}
