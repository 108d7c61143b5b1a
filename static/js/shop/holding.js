// @ts-check
/** Units kept for this player: asked for when a package's sheet opens, given back when the player says so. */
import { ApiError, freshKey, post, remove } from "../api.js";

/** @typedef {import("./goods.js").Hold} Hold */

/**
 * Takes a hold, or finds the one that runs. Throws the ApiError.
 * @param {string} code of the package
 * @param {number} quantity
 * @returns {Promise<{ hold: Hold, left: number | null }>} `left`: units free for anybody, null when they are not counted
 */
export async function takeHold(code, quantity) {
  // Asking twice gives the same hold: so a lost answer may be asked for again, as with a key.
  const told = await post("/api/shop/limited/hold", { package_id: code, quantity }, { key: freshKey() });
  return { hold: { id: told.hold_id, ends: told.expires_at, quantity: told.quantity, seconds: told.ttl_seconds }, left: told.remaining_stock };
}

/** Gives the units back; a hold that is over already is as good as given back. @param {string} id */
export async function giveBack(id) {
  try {
    await remove(`/api/shop/limited/hold/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}
