// @ts-check
/** Words and numbers as the page's language writes them. The catalogue script (English) puts `gettext` on the window; Korean needs none. */

/** @type {string} */
export const language = document.documentElement.lang || "ko";

/**
 * The page's language for a Korean text.
 * @param {string} text
 * @returns {string}
 */
export function gettext(text) {
  const catalogue = /** @type {any} */ (window).gettext;
  return typeof catalogue === "function" ? catalogue(text) : text;
}

/**
 * Puts values into `%(name)s` places.
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A hand of rock-paper-scissors. @param {string} hand @returns {string} */
export const handName = (hand) => ({ rock: gettext("바위"), paper: gettext("보"), scissors: gettext("가위") })[hand] ?? hand;

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const withSign = new Intl.NumberFormat(language, { maximumFractionDigits: 0, signDisplay: "exceptZero" });
const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** 128450 → 128,450 @param {number} value */
export const number = (value) => whole.format(value).replace("-", "\u2212");
/** 1940 → +1,940 @param {number} value */
export const signed = (value) => withSign.format(value).replace("-", "\u2212");
/** 474 cents → $4.74 @param {number} cents */
export const dollars = (cents) => money.format(cents / 100);
/** The colour class of a movement @param {number} value */
export const tone = (value) => (value > 0 ? "gain" : value < 0 ? "loss" : "soft");

/**
 * "14:03" today, "11월 9일" earlier.
 * @param {string} stamp
 */
export function moment(stamp) {
  const time = new Date(stamp);
  return time.toDateString() === new Date().toDateString() ? clock.format(time) : day.format(time);
}

/**
 * "방금", "3분 전", "2시간 전", a date beyond a day.
 * @param {string} stamp
 */
export function since(stamp) {
  const seconds = Math.max(0, (Date.now() - new Date(stamp).getTime()) / 1000);
  if (seconds < 60) return gettext("방금");
  if (seconds < 3600) return ago.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return ago.format(-Math.floor(seconds / 3600), "hour");
  return day.format(new Date(stamp));
}
