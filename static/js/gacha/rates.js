// @ts-check
/**
 * Own results beside the published chances: the gold line is the published one, the dot what the player has seen, the band
 * where 95 of 100 players land after as many pulls, with both promises (between always one and always ten at a time).
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";
const NORMAL_95 = 1.96;
const MIDDLE = 100;
const REACH = 88;

/** @param {ParentNode} root @param {import("./gem.js").GachaTable} table */
export function drawRates(root, table) {
  const pulls = Number(/** @type {HTMLElement | null} */ (root.querySelector("[data-pulls]"))?.dataset.pulls ?? 0);
  for (const svg of /** @type {NodeListOf<SVGSVGElement>} */ (root.querySelectorAll("svg[data-rarity]"))) {
    const { rarity = "", count = "0" } = svg.dataset;
    svg.replaceChildren(...(pulls ? lines(table.rates[rarity], Number(count) / pulls, pulls) : []));
  }
}

/** @param {number[]} rates published, with pity, with both promises @param {number} seen @param {number} pulls */
function lines([published, ...promised], seen, pulls) {
  const spread = (/** @type {number} */ chance) => NORMAL_95 * Math.sqrt((chance * (1 - chance)) / pulls);
  const low = Math.max(0, Math.min(...promised.map((chance) => chance - spread(chance))));
  const high = Math.min(1, Math.max(...promised.map((chance) => chance + spread(chance))));
  const scale = REACH / Math.max(...[low, high, seen].map((share) => Math.abs(share - published)));
  const at = (/** @type {number} */ share) => (MIDDLE + (share - published) * scale).toFixed(2);
  return [
    stroke("range__track", "M4 11h192"),
    stroke("range__span", `M${at(low)} 11H${at(high)}`),
    stroke("range__exact", `M${MIDDLE} 2v18`),
    stroke("range__seen", `M${at(seen)} 11h.01`),
  ];
}

/** @param {string} classes @param {string} d */
function stroke(classes, d) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", classes);
  path.setAttribute("d", d);
  return path;
}
