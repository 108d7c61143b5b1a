// @ts-check
/** The one notice of the page: a new one takes the old one's place and leaves after 3.5 s. */
import { fill, gettext, number } from "./words.js";
import { live } from "./live.js";

const STAYS_MS = 3500;
const SAME_WITHIN_MS = 1500;

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

/** @param {HTMLElement} found */
export function startToast(found) {
  element = found;
  live.on("purchase_update", ({ data }) => purchaseToast(data));
  live.on("reward_granted", ({ data, seq }) => {
    if (data.amount > 0) toast(fill(gettext("골드 %(amount)s을(를) 받았습니다."), { amount: number(data.amount) }), { mark: `reward:${seq}`, tone: "gain" });
  });
}
