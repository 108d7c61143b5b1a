// @ts-check
/** The badge on the shop: how many purchases still wait for their payment. */
import { live } from "./live.js";

/** @param {HTMLElement} badge */
export function startPending(badge) {
  /** @type {Set<string>} */
  let waiting = new Set();
  let unnamed = Number(badge.dataset.count);
  const show = () => {
    const count = waiting.size + unnamed;
    badge.hidden = count === 0;
    const number = badge.querySelector("[data-number]");
    if (number) number.textContent = count > 9 ? "9+" : String(count);
  };
  live.on("initial_state", ({ data }) => {
    if (!data.pending_purchases) return;
    waiting = new Set(data.pending_purchases.map((/** @type {any} */ purchase) => purchase.receipt_code));
    unnamed = 0;
    show();
  });
  live.on("purchase_update", ({ data, replayed }) => {
    if (replayed || !data.receipt_code || data.status === "idempotent_reuse") return;
    if (data.status === "pending" || data.status === "processing") waiting.add(data.receipt_code);
    else if (!waiting.delete(data.receipt_code) && unnamed > 0 && data.status !== "refunded") unnamed -= 1;
    show();
  });
}
