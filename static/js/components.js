// @ts-check
/** Finds behaviours by `data-component` and starts each once; makes elements and drawings. */

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
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} classes
 * @param {...(Node | string)} children
 */
export function make(tag, classes, ...children) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  element.append(...children);
  return element;
}

/**
 * A drawing by its address.
 * @param {string} href
 * @param {string} [classes]
 * @param {string} [box] its viewBox, where it is not the symbol's own
 * @returns {SVGSVGElement}
 */
export function picture(href, classes = "symbol", box = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", classes);
  if (box) svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", href);
  svg.append(use);
  return svg;
}

/**
 * A drawing of the sprite.
 * @param {string} name symbol id, such as "icon-check" or "sym-cherry"
 * @param {string} [classes]
 */
export const drawing = (name, classes = "icon") => picture(`${document.body.dataset.sprite}#${name}`, classes);

/** True when the player or the device asks for still pictures. */
export function still() {
  return document.documentElement.dataset.motion === "off" || matchMedia("(prefers-reduced-motion: reduce)").matches;
}
