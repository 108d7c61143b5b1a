// @ts-check
/** The one notice of the page: a new one takes the old one's place and leaves after 3.5 s. */
import { afterHold } from "./hold.js";
import { live } from "./live.js";
import { fill, gettext, number } from "./words.js";

const STAYS_MS = 3500;
const SAME_WITHIN_MS = 1500;
const SAME_REWARD_WITHIN_MS = 60_000;

/** @type {HTMLElement | null} */
let element = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;
/** @type {Map<string, number>} */
const shownAt = new Map();

function hide() {
  if (!element) return;
  if (element.matches(":popover-open")) element.hidePopover();
  element.textContent = "";
}

/**
 * Shows a notice; one with the same `mark` within 1.5 s is not shown again.
 * @param {string} text
 * @param {{mark?: string, tone?: "gain" | "loss" | "live" | ""}} [options]
 */
export function toast(text, { mark = text, tone = "" } = {}) {
  element ??= document.querySelector("[data-testid=toast]");
  if (!element) return;
  const now = performance.now();
  if (now - (shownAt.get(mark) ?? -Infinity) < SAME_WITHIN_MS) return;
  shownAt.set(mark, now);
  element.dataset.tone = tone;
  // Re-opening lifts the notice above a dialog opened since.
  if (element.matches(":popover-open")) element.hidePopover();
  element.showPopover();
  element.textContent = text;
  clearTimeout(leaving);
  leaving = setTimeout(hide, STAYS_MS);
}

/**
 * The words for a purchase, from its event or its receipt.
 * @param {{status?: string | null, product_id?: string | null, amount?: number | null, reason_code?: string | null}} purchase
 */
export function purchaseWords({ status, product_id, amount, reason_code }) {
  const what = product_id ? fill(gettext("상품 %(product)s"), { product: product_id }) : gettext("구매");
  if (status === "success" && amount == null) return fill(gettext("%(what)s 결제가 완료되었습니다."), { what });
  if (status === "success") return fill(gettext("%(what)s 결제가 완료되었습니다 (금액: %(amount)s)."), { what, amount: number(Number(amount)) });
  if (status === "failed" && !reason_code) return fill(gettext("%(what)s 결제가 실패했습니다."), { what });
  if (status === "failed") return fill(gettext("%(what)s 결제가 실패했습니다 (%(reason)s)."), { what, reason: String(reason_code) });
  if (status === "idempotent_reuse") return fill(gettext("%(what)s 결제가 이미 처리되었습니다."), { what });
  return fill(gettext("%(what)s 결제가 진행 중입니다..."), { what });
}

/**
 * Tells of a purchase once, whether its answer or its event comes first.
 * @param {{status?: string | null, product_id?: string | null, amount?: number | null, reason_code?: string | null, receipt_code?: string | null}} purchase
 */
export function purchaseToast(purchase) {
  const { status, receipt_code, product_id, reason_code } = purchase;
  const tone = status === "success" ? "gain" : status === "failed" ? "loss" : "live";
  toast(purchaseWords(purchase), { mark: `${receipt_code ?? `${product_id}:${reason_code}`}:${status}`, tone });
}

/**
 * The words for attendance that was just paid.
 * @param {number} count @param {number} gold @param {number} xp
 */
export const attendanceWords = (count, gold, xp) =>
  fill(gettext("🎁 %(count)s일째 출석! +%(gold)sG / +%(xp)sXP 획득! 내일 더 커집니다!"), { count, gold: number(gold), xp: number(xp) });

/** @typedef {{reward_type: string, amount: number, xp_amount: number, ref: string}} Granted */

/** @param {Granted} reward @param {number} count days in a row */
function rewardWords({ reward_type, amount, xp_amount }, count) {
  if (reward_type === "streak_daily" && count > 0) return attendanceWords(count, amount, xp_amount);
  const gained = [amount > 0 && `+${number(amount)}G`, xp_amount > 0 && `+${number(xp_amount)} XP`].filter(Boolean).join(" · ");
  if (reward_type === "mission_reward") return `${gettext("미션 보상을 성공적으로 수령했습니다!")} ${gained}`;
  if (reward_type === "event_reward") return `${gettext("보상을 성공적으로 수령했습니다!")} ${gained}`;
  if (amount > 0) return fill(gettext("골드 %(amount)s을(를) 받았습니다."), { amount: number(amount) });
  return fill(gettext("경험치 %(amount)s을(를) 받았습니다."), { amount: number(xp_amount) });
}

/** Days in a row as the streak last told them: its news come just before those of its reward. */
let daysInRow = 0;
/** @type {Map<string, number>} */
const rewarded = new Map();

/**
 * Tells of a reward once, whether its answer or its event comes first.
 * @param {Granted} reward @param {number} [count] days in a row
 */
export function rewardToast(reward, count = daysInRow) {
  // An answer does not know the period of a mission; a second claim of it within a minute there is none.
  const mark = reward.ref.split(":").slice(0, 2).join(":");
  const now = performance.now();
  if (now - (rewarded.get(mark) ?? -Infinity) < SAME_REWARD_WITHIN_MS) return;
  rewarded.set(mark, now);
  toast(rewardWords(reward, count), { mark: `reward:${reward.ref}`, tone: "gain" });
}

/** What has a notice of its own kind, and is told by that. */
const TOLD_OTHERWISE = new Set(["reward", "purchase"]);

/** @param {HTMLElement} found */
export function startToast(found) {
  element = found;
  live.on("purchase_update", ({ data }) => purchaseToast(data));
  live.on("streak_update", ({ data }) => { daysInRow = data.count; });
  live.on("reward_granted", ({ data }) => { if (data.amount > 0 || data.xp_amount > 0) rewardToast(data); });
  live.on("notification", ({ data }) => {
    if (data.id === undefined || TOLD_OTHERWISE.has(data.kind)) return;
    // What a round brought is not told before the round is.
    afterHold(() => toast(data.message || data.title, { mark: `notice:${data.id}`, tone: "live" }));
  });
}
