// @ts-check
/** The engine's own arithmetic: multipliers in whole hundredths, cut, times in whole milliseconds, nothing rounded up. */

const HUNDREDTHS = 100;
const MILLION = 1_000_000;

/**
 * @typedef {{ config_version: number, min_bet: number, max_bet: number, growth_millionths: number, return_hundredths: number,
 *   top: number, target_min: number, target_max: number, mid_from: number, high_from: number }} CrashTable
 *   multipliers in hundredths
 * @typedef {{ growth_millionths: number, top: number }} Growth
 */

/** What the server shows after so many milliseconds. @param {Growth} growth @param {number} elapsed */
export function multiplierAt({ growth_millionths, top }, elapsed) {
  const exponent = (growth_millionths * Math.max(0, Math.floor(elapsed))) / MILLION;
  return Math.min(Math.floor(HUNDREDTHS * Math.exp(exponent)), top);
}

/** The first whole millisecond at which the server shows at least this multiplier. @param {Growth} growth @param {number} multiplier */
export function timeOf(growth, multiplier) {
  const wanted = Math.min(multiplier, growth.top);
  let elapsed = Math.max(0, Math.floor((Math.log(wanted / HUNDREDTHS) * MILLION) / growth.growth_millionths) - 1);
  while (multiplierAt(growth, elapsed) < wanted) elapsed += 1;
  return elapsed;
}

/** What leaving at a multiplier pays, cut to whole gold. @param {number} stake @param {number} multiplier */
export const payout = (stake, multiplier) => Math.floor((stake * multiplier) / HUNDREDTHS);

/** The chance that a round gets this far. @param {CrashTable} table @param {number} multiplier @returns {import("../play/shares.js").Ratio} */
export const survival = (table, multiplier) => ({ numerator: BigInt(table.return_hundredths), denominator: BigInt(multiplier) });

/** What this stake returns in the long run when it is always cashed out at the target. @param {CrashTable} table @param {number} stake @param {number} target */
export const returnAfterCutting = (table, stake, target) => ({
  numerator: BigInt(table.return_hundredths) * BigInt(payout(stake, target)),
  denominator: BigInt(target) * BigInt(stake),
});

/** Hundredths of a multiplier of the wire: 2.07 → 207. @param {number} multiplier */
export const hundredths = (multiplier) => Math.round(multiplier * HUNDREDTHS);
/** How a round of the wire grows. @param {{ growth_rate: number }} round @param {CrashTable} table @returns {Growth} */
export const growthOf = ({ growth_rate }, { top }) => ({ growth_millionths: Math.round(growth_rate * MILLION), top });
/** 247 → "2.47" @param {number} multiplier */
export const decimals = (multiplier) => (multiplier / HUNDREDTHS).toFixed(2);
/** 247 → "2.47x" @param {number} multiplier */
export const told = (multiplier) => `${decimals(multiplier)}x`;
