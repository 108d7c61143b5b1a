// @ts-check
/** Finds behaviours by `data-component` and starts each once. */

/** @type {WeakMap<Element, Set<string>>} */
const started = new WeakMap();

/**
 * Starts `behaviour` on every element whose `data-component` lists `name`.
 * @param {string} name
 * @param {(element: HTMLElement) => void} behaviour
 * @param {ParentNode} [root]
 */
export function mount(name, behaviour, root = document) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-component~="${name}"]`))) {
    const names = started.get(element) ?? new Set();
    if (names.has(name)) continue;
    started.set(element, names.add(name));
    behaviour(element);
  }
}

/**
 * A drawing of the sprite.
 * @param {string} name symbol id, such as "icon-check" or "sym-cherry"
 * @param {string} [classes]
 * @returns {SVGSVGElement}
 */
export function drawing(name, classes = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", classes);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** True when the player or the device asks for still pictures. */
export function still() {
  return document.documentElement.dataset.motion === "off" || matchMedia("(prefers-reduced-motion: reduce)").matches;
}
