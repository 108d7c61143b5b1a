// @ts-check
/** Exact shares of a stake, and how they are read. */
import { language } from "../words.js";

/** @typedef {{ numerator: bigint, denominator: bigint }} Ratio */

const percentage = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });

/**
 * @param {bigint} numerator @param {bigint} denominator
 * @returns {Ratio} in lowest terms
 */
export function reduced(numerator, denominator) {
  let [a, b] = [numerator, denominator];
  while (b) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/**
 * A ratio as a percentage with at most `digits` decimals, cut (never rounded up to look better).
 * @param {Ratio} ratio @param {number} [digits]
 * @returns {number}
 */
export function percent({ numerator, denominator }, digits = 3) {
  const scale = 10n ** BigInt(digits);
  return Number((numerator * 100n * scale) / denominator) / Number(scale);
}

/** 96.342 → "96.342%" @param {number} value */
export const percentWords = (value) => `${percentage.format(value)}%`;
