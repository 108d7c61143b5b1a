// @ts-check
/** What is bought: a product or a limited package as its card tells it, and the order as the server takes it. */

/**
 * @typedef {{ id: string, ends: string, quantity: number, seconds: number }} Hold units kept for this player until `ends`
 * @typedef {{ card: string, kind: "product" | "package", code: string, name: string, currency: string, price: number, final: number, discount: number, gives: number, most: number, hold: Hold | null }} Good
 * @typedef {{ code: string, unit: number }} Promo a code in force, and the unit price with it
 * @typedef {{ good: Good, quantity: number, promo: Promo | null }} Order
 */

/** @param {HTMLElement} card @returns {Good} */
export function goodOf({ id, dataset }) {
  const isPackage = dataset.package !== undefined;
  return {
    card: id,
    kind: isPackage ? "package" : "product",
    code: (isPackage ? dataset.package : dataset.product) ?? "",
    name: dataset.name ?? "",
    currency: dataset.currency ?? "gold",
    price: Number(dataset.price),
    final: Number(dataset.final),
    discount: Number(dataset.discount),
    gives: Number(dataset.gives),
    most: Number(dataset.most),
    hold: dataset.hold ? { id: dataset.hold, ends: dataset.holdEnds ?? "", quantity: Number(dataset.held), seconds: Number(dataset.holdSeconds) } : null,
  };
}

/** What one unit costs in this order. @param {Order} order */
export const unitPrice = ({ good, promo }) => promo?.unit ?? good.final;

/** Where the order goes and what it says. @param {Order} order @returns {{ path: string, body: object }} */
export function requestOf(order) {
  const { good, quantity, promo } = order;
  const body = { quantity, expected_price: unitPrice(order), ...(promo && { promo_code: promo.code }) };
  if (good.kind === "product") return { path: `/api/shop/buy/${encodeURIComponent(good.code)}`, body };
  return { path: "/api/shop/limited/buy", body: { package_id: good.code, ...body, ...(good.hold && { hold_id: good.hold.id }) } };
}

/** How the preview of a promo names the good. @param {Good} good */
export const named = ({ kind, code }) => (kind === "package" ? { package_id: code } : { product_id: code });
