// @ts-check
/** The shop screen: asks, buys, waits for payments, and keeps its cards as the server has them. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, get, post } from "../api.js";
import { mount } from "../components.js";
import { balanceFromAnswer, shownGold } from "../gold.js";
import { live } from "../live.js";
import { dollars, fill, gettext, number } from "../words.js";
import { Catalogue } from "./catalogue.js";
import { Confirm } from "./confirm.js";
import { isFinal, Pending } from "./pending.js";
import { sentenceFor } from "./reasons.js";

/** @typedef {import("./confirm.js").Good} Good */
/** @typedef {import("./confirm.js").Order} Order */

const FIRST_TRIES = 3;
/** Longer than the server may take with all its retries: then the answer counts as lost. */
const PATIENCE_MS = 20_000;
/** Refusals after which the same order may simply be sent anew. */
const WORTH_ANOTHER_TRY = new Set(["PAYMENT_DECLINED", "PAYMENT_FAILED", "ITEM_PURCHASE_FAILED", "FRAUD_BLOCK", "RATE_LIMITED"]);

class Shop {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.catalogue = new Catalogue(root, { shown: () => this.shown() });
    this.pending = new Pending({ settled: (receipt, status) => this.settled(receipt, status) });
    const sheet = document.querySelector("[data-part=confirm]");
    this.confirm = sheet instanceof HTMLDialogElement
      ? new Confirm(sheet, {
        pay: (order) => this.buy(order),
        settle: (receipt) => this.askNow(receipt),
        again: () => this.confirm?.good && this.confirm.ask(this.confirm.good),
        closed: () => this.closed(),
      })
      : null;
    /** @type {{ key: string, order: Order } | null} an order sent whose answer never came */
    this.unanswered = null;
    this.asked = "";
    root.addEventListener("click", (event) => this.press(/** @type {HTMLElement} */ (event.target)));
    live.on("catalog_update", () => this.catalogue.refresh());
    live.on("purchase_update", ({ data }) => this.told(data));
    for (const type of ["initial_state", "profile_update", "reward_granted"]) live.on(type, () => queueMicrotask(() => this.afford()));
    this.shown();
  }

  /** @param {HTMLElement} target */
  press(target) {
    const card = /** @type {HTMLElement | null} */ (target.closest("[data-product]"));
    if (target.closest("[data-buy]") && card && this.confirm) {
      this.asked = card.dataset.product ?? "";
      this.confirm.ask(goodOf(card));
    }
    const settle = /** @type {HTMLElement | null} */ (target.closest("[data-settle]"));
    if (settle) this.askNow(settle.dataset.settle ?? "", settle);
  }

  /** New cards are on the page: wait for the payments they name, and mark what is too dear. */
  shown() {
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (this.catalogue.root.querySelectorAll("[data-receipt]"))) this.pending.watch(card.dataset.receipt ?? "");
    this.afford();
  }

  /** @param {Order} order */
  async buy(order) {
    const { confirm } = this;
    if (!confirm) return;
    const key = this.unanswered && isSame(this.unanswered.order, order) ? this.unanswered.key : freshKey();
    this.unanswered = null;
    confirm.problem("");
    confirm.busy(true);
    try {
      const receipt = await post(`/api/shop/buy/${encodeURIComponent(order.good.product)}`, { quantity: order.quantity, expected_price: order.good.final }, { key, tries: FIRST_TRIES, signal: AbortSignal.timeout(PATIENCE_MS) });
      this.answered(receipt, order);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed(error, order, key);
    }
  }

  /** @param {any} receipt @param {Order} order */
  answered(receipt, { good }) {
    const { confirm } = this;
    if (!confirm) return;
    balanceFromAnswer(receipt.new_gold_balance);
    confirm.busy(false);
    if (receipt.success) {
      confirm.done({ receipt: receipt.receipt_code, granted: receipt.gold_granted, name: good.name });
      announce(fill(gettext("%(name)s 구매 완료. 영수증 %(receipt)s"), { name: good.name, receipt: receipt.receipt_code }));
    } else if (receipt.status === "pending") {
      confirm.pending(receipt.receipt_code);
      announce(sentenceFor(receipt.reason_code));
      this.pending.watch(receipt.receipt_code);
    } else {
      this.refuse(receipt.reason_code, receipt.message, receipt.receipt_code ?? "");
    }
    this.catalogue.refresh();
  }

  /** @param {ApiError} error @param {Order} order @param {string} key */
  failed(error, order, key) {
    const { confirm } = this;
    if (!confirm) return;
    confirm.busy(false);
    const code = error.status ? `${error.code} · ${error.status}` : error.code;
    if (error.code === "PRICE_CHANGED") return this.reprice(error, order.good);
    if (error.status === 0 || error.status >= 500 || error.code === "IN_PROGRESS") {
      this.unanswered = { key, order };
      confirm.problem(sentenceFor(error.code, error.message), code);
      confirm.pay.textContent = gettext("다시 시도");
      return;
    }
    this.refuse(error.code, error.message, "");
    if (error.status === 403 || error.status === 404) this.catalogue.refresh();
  }

  /** @param {string} code @param {string} message @param {string} receipt */
  refuse(code, message, receipt) {
    const words = sentenceFor(code, message);
    this.confirm?.refused({ words, code, receipt, again: WORTH_ANOTHER_TRY.has(code) });
    announce(words);
  }

  /** The price moved between looking and paying: show both, ask again with the new one. @param {ApiError} error @param {Good} good */
  reprice(error, good) {
    const actual = error.details?.[0]?.actual;
    if (!this.confirm || typeof actual !== "number") return;
    const price = (/** @type {number} */ value) => (good.currency === "USD" ? dollars(value) : `${number(value)}G`);
    const words = fill(gettext("가격이 %(before)s에서 %(now)s(으)로 바뀌었습니다. 새 가격으로 다시 확인해주세요."), { before: price(good.final), now: price(actual) });
    this.confirm.good = { ...good, final: actual, price: Math.max(good.price, actual), discount: actual < good.price ? good.discount : 0 };
    this.confirm.write();
    this.confirm.problem(words, "PRICE_CHANGED");
    this.catalogue.refresh();
  }

  /** @param {string} receipt @param {HTMLElement} [button] */
  async askNow(receipt, button = this.confirm?.part("settle")) {
    button?.setAttribute("aria-disabled", "true");
    const status = await this.pending.ask(receipt);
    button?.removeAttribute("aria-disabled");
    if (!isFinal(status)) announce(sentenceFor(status === "pending" ? "PAYMENT_PENDING" : status));
  }

  /** A payment became final. @param {string} receipt @param {string} status */
  async settled(receipt, status) {
    if (this.confirm?.dialog.open && this.confirm.view === "pending" && this.confirm.receipt === receipt) {
      const purchase = await get(`/api/shop/transactions/${encodeURIComponent(receipt)}`).catch(() => null);
      if (purchase?.status === "success") this.confirm.done({ receipt, granted: purchase.gold_granted, name: purchase.name });
      else if (purchase) this.refuse(purchase.reason_code ?? status, "", receipt);
    }
    this.catalogue.refresh();
  }

  /** The stream tells of a purchase, of this tab or another. @param {{ receipt_code: string | null, status: string }} data */
  told({ receipt_code, status }) {
    if (!receipt_code) return;
    if (!isFinal(status)) {
      if (!this.catalogue.root.querySelector(`[data-receipt="${CSS.escape(receipt_code)}"]`) && status === "pending") this.catalogue.refresh();
      return;
    }
    if (this.pending.watched.has(receipt_code)) this.pending.over(receipt_code, status);
    else if (this.confirm?.receipt !== receipt_code) this.catalogue.refresh();
  }

  /** Gold moved: which gold-priced cards can be paid now. */
  afford() {
    const gold = shownGold();
    if (!document.body.dataset.player) return;
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (this.catalogue.root.querySelectorAll('[data-currency="gold"][data-state="open"]'))) {
      const short = Math.max(0, Number(card.dataset.final) - gold);
      const part = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (card.querySelector(selector));
      part("[data-part=short]")?.toggleAttribute("hidden", short === 0);
      part("[data-part=fill]")?.toggleAttribute("hidden", short === 0);
      part("[data-buy]")?.toggleAttribute("hidden", short > 0);
      const by = part("[data-part=short-by]");
      if (by) by.textContent = number(short);
    }
  }

  closed() {
    const card = this.catalogue.card(this.asked);
    /** @type {HTMLElement | null | undefined} */ (card?.querySelector("button:not(:disabled):not([hidden]), a:not([hidden])"))?.focus();
  }
}

/** @param {HTMLElement} card @returns {Good} */
function goodOf({ dataset }) {
  return {
    product: dataset.product ?? "",
    name: dataset.name ?? "",
    currency: dataset.currency ?? "gold",
    price: Number(dataset.price),
    final: Number(dataset.final),
    discount: Number(dataset.discount),
    gives: Number(dataset.gives),
    most: Number(dataset.most),
  };
}

/** The same order sent again is the same purchase. @param {Order} one @param {Order} other */
const isSame = (one, other) => one.good.product === other.good.product && one.good.final === other.good.final && one.quantity === other.quantity;

mount("shop", (root) => {
  new Shop(root);
  root.dataset.ready = "";
});
