// @ts-check
/** What a socket opens with, asked for piece by piece where there is no socket. */
import { get } from "../api.js";

/** The data of `initial_state`, each part at least as new as this call. */
export async function openingState() {
  const [profile, streak, { claimed_today }, { stats }, { unread }, pending_purchases] = await Promise.all([
    get("/api/auth/me"),
    get("/api/streak/status"),
    get("/api/streak/preview"),
    get("/api/games/stats/me"),
    get("/api/notifications/unread-count"),
    pendingPurchases(),
  ]);
  const { gold_balance, cyber_token_balance } = profile;
  return {
    profile,
    balance: { gold_balance, cyber_token_balance },
    streak: { ...streak, claimed_today },
    stats,
    unread_notifications: unread,
    pending_purchases,
  };
}

async function pendingPurchases() {
  const found = [];
  for (let cursor = ""; ;) {
    const page = await get(`/api/shop/transactions?${new URLSearchParams({ status: "pending", limit: "100", ...(cursor && { cursor }) })}`);
    found.push(...page.items);
    if (!page.next_cursor) return found;
    cursor = page.next_cursor;
  }
}
