// @ts-check
/** Says outcomes to screen readers through the page's one polite region. */

/** @param {string} text */
export function announce(text) {
  const element = document.querySelector("[data-testid=announcer]");
  if (!element) return;
  // The same words twice are two pieces of news: an empty moment makes readers speak again.
  element.textContent = "";
  requestAnimationFrame(() => { element.textContent = text; });
}
