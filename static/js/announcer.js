// @ts-check
/** Says outcomes to screen readers through the page's one polite region. */

/** @param {string} text */
export function announce(text) {
  const element = document.querySelector("[data-testid=announcer]");
  if (!element) return;
  // Under an open dialog the rest of the page is silent: the region speaks from inside it.
  const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (element.parentElement !== place) place.append(element);
  // The same words twice are two pieces of news: an empty moment makes readers speak again.
  element.textContent = "";
  requestAnimationFrame(() => { element.textContent = text; });
}
