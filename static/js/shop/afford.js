// @ts-check
/** Gold moved: which gold-priced cards can be paid now, and how much the others lack. */
import { shownGold } from "../gold.js";
import { number } from "../words.js";

/** @param {HTMLElement} root of the cards */
export function afford(root) {
  if (!document.body.dataset.player) return;
  const gold = shownGold();
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-currency="gold"][data-state="open"]'))) {
    const short = Math.max(0, Number(card.dataset.final) - gold);
    const part = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (card.querySelector(selector));
    part("[data-part=short]")?.toggleAttribute("hidden", short === 0);
    part("[data-part=fill]")?.toggleAttribute("hidden", short === 0);
    part("[data-buy]")?.toggleAttribute("hidden", short > 0);
    const by = part("[data-part=short-by]");
    if (by) by.textContent = number(short);
  }
}
