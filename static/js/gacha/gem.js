// @ts-check
/** An item as it is drawn: in its rarity's shape, so that colour never speaks alone. */
import { picture } from "../components.js";

/**
 * @typedef {{ name: string, rank: number, art: string, rarity: string }} Shown
 * @typedef {{ item_id: string, name: string, rarity: string, gold_value: number, is_new: boolean, pity: boolean, guaranteed: boolean }} Drawn
 *   an item of a round as the server tells it
 * @typedef {{ banner: string, cost: Record<string, number>, pity: { threshold: number, guarantees: string },
 *   items: Record<string, Shown>, parcel: string, ranks: Record<string, number>, rates: Record<string, number[]> }} GachaTable
 *   `rates`: published, with pity, with pity and the ten's promise
 */

/** How a drawn item is shown; one the table no longer knows keeps its own name. @param {GachaTable} table @param {Drawn} drawn @returns {Shown} */
export const shownOf = (table, drawn) => table.items[drawn.item_id] ?? { name: drawn.name, rank: table.ranks[drawn.rarity] ?? 1, art: table.parcel, rarity: drawn.rarity };

/** @param {number} rank @param {string} [classes] */
export const shape = (rank, classes = "") => picture(`${document.body.dataset.sprite}#shape-${rank}`, classes, "0 0 24 24");

/** @param {Shown} item */
export function gem(item) {
  const frame = document.createElement("span");
  frame.className = `gem gem--${item.rank}`;
  frame.setAttribute("aria-hidden", "true");
  frame.append(shape(item.rank, "gem__shape"), picture(item.art, "gem__art", "0 0 48 48"));
  return frame;
}

/** @param {Shown} item */
export function rarity(item) {
  const label = document.createElement("span");
  label.className = `rarity rarity--${item.rank}`;
  label.append(shape(item.rank), item.rarity);
  return label;
}
