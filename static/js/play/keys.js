// @ts-check
/** Keys that play: heard anywhere on the page, but not while something else has the keyboard. */

const INTERACTIVE = "a, button, input, select, textarea, summary, dialog, [contenteditable], [popover]";
const OPEN = "dialog[open], [popover]:popover-open:not([role=status])";

/**
 * @param {Record<string, () => void>} plays by `KeyboardEvent.code`, such as "Space" or "Digit1"
 * @param {string} [own] selector of the game's own buttons: with the focus on one of them the keys still play
 */
export function playKeys(plays, own = "") {
  document.addEventListener("keydown", (event) => {
    const play = plays[event.code];
    if (!play || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (document.querySelector(OPEN) || (target.closest(INTERACTIVE) && !(own && target.closest(own)))) return;
    event.preventDefault();
    play();
  });
}
