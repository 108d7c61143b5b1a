// @ts-check
/**
 * The exact return of a stake, from the very table the server pays by.
 * @module
 */
import { reduced } from "../play/shares.js";

/**
 * @typedef {{ symbol: string, name: string, art: string, weight: number, pair: number, three: number }} SlotSymbol
 *   `pair` and `three` are multipliers in hundredths.
 * @typedef {{ symbols: SlotSymbol[], lines: number[][][], min_bet: number, max_bet: number, config_version: number }} SlotTable
 */

const HUNDREDTHS = 100n;

/**
 * The gold one line pays at this stake, cut to whole gold as the server cuts it.
 * @param {number} stake @param {number} lines @param {number} multiplier in hundredths
 * @returns {bigint}
 */
export const lineAmount = (stake, lines, multiplier) => (BigInt(stake) * BigInt(multiplier)) / (HUNDREDTHS * BigInt(lines));

/**
 * The share of this stake paid back in the long run, each line cut to whole gold.
 * Lines show independent cells of one weight table, so the expectation of one line times their number is exact.
 * @param {SlotTable} table @param {number} stake @param {number} lines
 * @returns {import("../play/shares.js").Ratio}
 */
export function returnAfterCutting(table, stake, lines) {
  const total = table.symbols.reduce((sum, symbol) => sum + BigInt(symbol.weight), 0n);
  let paid = 0n;
  for (const { weight, pair, three } of table.symbols) {
    const ways = BigInt(weight);
    paid += ways * ways * ways * lineAmount(stake, lines, three);
    paid += ways * ways * (total - ways) * lineAmount(stake, lines, pair);
  }
  return reduced(paid * BigInt(lines), total ** 3n * BigInt(stake));
}
