// @ts-check
/** Where a tab stands in its player's stream, kept from page to page. */

/** @typedef {{ player: string, epoch: string, seq: number }} Place */

const NAME = "club:stream";

/** Where this tab stood last, if it was the same player's. @param {string} player @returns {Place | null} */
export function placeOf(player) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return kept?.player === player ? kept : null;
  } catch {
    return null;
  }
}

/** @param {Place} place */
export function keepPlace(place) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(place));
  } catch { /* Private windows may refuse storage; the page then resumes from what the server rendered. */ }
}
