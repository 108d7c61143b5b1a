// @ts-check
/**
 * The exact return of a stake, from the very table the server pays by.
 * @module
 */
import { reduced } from "../play/shares.js";

/**
 * @typedef {{ min_bet: number, max_bet: number, config_version: number, pays: Record<string, number>,
 *   hands: { hand: string, label: string }[], results: Record<string, string> }} RpsTable `pays` in hundredths by result
 */

const HUNDREDTHS = 100;

/** The gold a multiplier (hundredths) pays at this stake, cut to whole gold. @param {number} stake @param {number} multiplier */
export const paid = (stake, multiplier) => Number((BigInt(stake) * BigInt(multiplier)) / BigInt(HUNDREDTHS));

/**
 * The share of this stake paid back in the long run: the three results are equally likely.
 * @param {RpsTable} table @param {number} stake
 */
export function returnAfterCutting(table, stake) {
  const results = Object.values(table.pays);
  const sum = results.reduce((gold, multiplier) => gold + paid(stake, multiplier), 0);
  return reduced(BigInt(sum), BigInt(stake) * BigInt(results.length));
}

/** The smallest stake of which every multiple is paid without cutting. @param {RpsTable} table */
export function wholeUnit(table) {
  const common = Object.values(table.pays).reduce(divisor, HUNDREDTHS);
  return HUNDREDTHS / common;
}

/** @param {number} a @param {number} b @returns {number} */
const divisor = (a, b) => (b ? divisor(b, a % b) : a);
