// @ts-check
/** The shop screen: asks, holds, buys, waits for payments, and keeps its cards as the server has them. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, get, post } from "../api.js";
import { Clock, pageAsked } from "../clock.js";
import { mount } from "../components.js";
import { balanceFromAnswer } from "../gold.js";
import { live } from "../live.js";
import { soon } from "../soon.js";
import { toast } from "../toast.js";
import { fill, gettext } from "../words.js";
import { afford } from "./afford.js";
import { Catalogue } from "./catalogue.js";
import { Confirm } from "./confirm.js";
import { Countdowns } from "../countdown.js";
import { goodOf, requestOf } from "./goods.js";
import { Holds } from "./holding.js";
import { isFinal, Pending } from "./pending.js";
import { OFF_THE_SHELF, sentenceFor, standsInTheWay, WORTH_ANOTHER_TRY } from "./reasons.js";

/** @typedef {import("./goods.js").Good} Good */
/** @typedef {import("./goods.js").Order} Order */
/** @typedef {{ key: string, path: string, body: object, order: Order }} Asked an order as it was sent */

const FIRST_TRIES = 3;
/** Longer than the server may take with all its retries: then the answer counts as lost. */
const PATIENCE_MS = 20_000;
const NEWS_MS = 250;
/** Staff change the shelf for everybody at once: not everybody asks for it in the same moment. */
const SPREAD_MS = 750;
/** A tab that slept longer than this has an old shelf, and a clock that may have stood still. */
const SLEPT_MS = 60_000;
const CAN_BE_BOUGHT = new Set(["open", "held"]);

class Shop {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.asked = "";
    this.clock = new Clock();
    const { sent, arrived } = pageAsked();
    this.clock.hear(root.dataset.now ?? "", sent, arrived);
    this.catalogue = new Catalogue(root, {
      shown: (before) => this.shown(before),
      heard: (stamp, ...when) => this.clock.hear(stamp, ...when),
      failed: (code) => announce(`${gettext("상품을 불러오지 못했습니다")} (${code})`),
    });
    this.countdowns = new Countdowns(this.clock, (kind, element) => this.holds.ended(kind, element));
    this.pending = new Pending({ settled: (receipt, status) => this.settled(receipt, status) });
    const sheet = document.querySelector("[data-part=confirm]");
    this.confirm = sheet instanceof HTMLDialogElement
      ? new Confirm(sheet, {
        pay: (order) => this.buy(order),
        hold: (good, quantity) => this.holds.take(good, quantity),
        settle: (receipt) => this.askNow(receipt),
        again: () => this.again(),
        closed: () => this.closed(),
      })
      : null;
    this.holds = new Holds(this, {
      refresh: () => this.catalogue.refresh(),
      soon: () => this.refresh?.(),
      refuse: (error) => this.refuse(error.code, error.message, "", error.status === 0 || error.status >= 500 || error.status === 429),
    });
    /** @type {Map<string, Asked>} orders sent whose answer never came, by card */
    this.unanswered = new Map();
    root.addEventListener("click", (event) => this.press(/** @type {HTMLElement} */ (event.target)));
    this.listen(root);
    this.watch();
    this.countdowns.tick();
  }

  /** @param {HTMLElement} root */
  listen(root) {
    this.refresh = soon(() => this.catalogue.refresh(), NEWS_MS);
    const later = soon(() => this.catalogue.refresh(), NEWS_MS + Math.random() * SPREAD_MS);
    live.on("catalog_update", later);
    let isConnected = false;
    live.on("initial_state", () => {
      if (isConnected) later(); // What is told to everybody is not told again to those who were away.
      isConnected = true;
    });
    live.on("purchase_update", ({ data }) => this.told(data));
    for (const type of ["initial_state", "profile_update", "reward_granted"]) live.on(type, () => queueMicrotask(() => afford(root)));
    live.on("profile_update", ({ data, replayed }) => { if (!replayed && data.changes?.rank) this.refresh?.(); });
    addEventListener("pageshow", (event) => event.persisted && this.catalogue.refresh());
    let hiddenAt = 0;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) hiddenAt = Date.now();
      else if (Date.now() - hiddenAt > SLEPT_MS) this.catalogue.refresh();
      else this.countdowns.tick();
    });
  }

  /** @param {HTMLElement} target */
  press(target) {
    const card = /** @type {HTMLElement | null} */ (target.closest("[data-state]"));
    if (target.closest("[data-buy]") && card) this.open(goodOf(card));
    const settle = /** @type {HTMLElement | null} */ (target.closest("[data-settle]"));
    if (settle) this.askNow(settle.dataset.settle ?? "", settle);
    const release = /** @type {HTMLElement | null} */ (target.closest("[data-release]"));
    if (release && card) this.holds.release(release, goodOf(card));
  }

  /** Opens the sheet; for a package its units are held first. @param {Good} good */
  open(good) {
    const { confirm } = this;
    if (!confirm) return;
    this.asked = good.card;
    const left = this.unanswered.get(good.card);
    confirm.ask(good, left?.order);
    if (left) {
      confirm.lock(true);
      confirm.problem(sentenceFor("NETWORK"));
    } else if (good.kind === "package" && !good.hold) this.holds.take(good, 1);
    this.countdowns.tick();
  }

  /** The same good once more, as its card now is; a hold that it still shows may be the one the purchase used up. */
  again() {
    const good = this.confirm?.good;
    const card = good && this.catalogue.card(good.card);
    if (good) this.open({ ...(card ? goodOf(card) : good), hold: null });
  }

  /** Other cards are on the page. @param {Map<string, import("./catalogue.js").Shown>} before */
  shown(before) {
    this.watch();
    this.countdowns.tick();
    for (const [id, { name, state }] of before) {
      const now = this.catalogue.latest.get(id)?.state ?? "gone";
      if (CAN_BE_BOUGHT.has(state) && (now === "out_of_stock" || now === "gone") && id !== this.asked) this.say(name, now);
    }
    this.follow();
  }

  /** Something left the shelf while the player looked at it. @param {string} name @param {string} state */
  say(name, state) {
    const words = state === "gone" ? gettext("%(name)s: 판매가 끝났습니다") : gettext("%(name)s: 방금 품절되었습니다");
    toast(fill(words, { name }));
  }

  /** Waits for the payments the cards name, and marks what is too dear. */
  watch() {
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (this.catalogue.root.querySelectorAll("[data-receipt]"))) this.pending.watch(card.dataset.receipt ?? "");
    afford(this.catalogue.root);
  }

  /** The open sheet follows its card; what is typed in it stays. */
  follow() {
    const { confirm } = this;
    if (!confirm?.isAsking || !confirm.good) return;
    const card = this.catalogue.card(confirm.good.card);
    const code = standsInTheWay(card?.dataset.state ?? "gone", confirm.good.kind);
    confirm.stop(code ? sentenceFor(code) : "", code);
    if (!card || code) return;
    const fresh = goodOf(card);
    const isRepriced = fresh.final !== confirm.good.final;
    confirm.reprice(fresh.final);
    confirm.good = { ...fresh, hold: confirm.holding === "kept" ? confirm.good.hold ?? fresh.hold : null };
    confirm.write();
    if (isRepriced && confirm.promo.applied) confirm.promo.apply();
  }

  /** @param {Order} order */
  async buy(order) {
    const { confirm } = this;
    if (!confirm) return;
    const { card } = order.good;
    const asked = this.unanswered.get(card) ?? { key: freshKey(), order, ...requestOf(order) };
    confirm.problem("");
    confirm.busy(true);
    try {
      const receipt = await post(asked.path, asked.body, { key: asked.key, tries: FIRST_TRIES, signal: AbortSignal.timeout(PATIENCE_MS) });
      this.settle(card);
      this.answered(receipt, asked.order);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed(error, asked);
    }
  }

  /** The order has its answer. @param {string} card */
  settle(card) {
    this.unanswered.delete(card);
    if (!this.isShown(card)) return;
    this.confirm?.lock(false);
    this.confirm?.busy(false);
  }

  /** Whether the sheet is about this good: its answers are shown there, those of others on their cards. @param {string} card */
  isShown(card) {
    return this.confirm?.good?.card === card;
  }

  /** @param {any} receipt @param {Order} order */
  answered(receipt, { good }) {
    const { confirm } = this;
    balanceFromAnswer(receipt.new_gold_balance);
    this.catalogue.refresh();
    if (receipt.status === "pending") this.pending.watch(receipt.receipt_code);
    if (!confirm || !this.isShown(good.card)) return;
    if (receipt.success) {
      confirm.done({ receipt: receipt.receipt_code, granted: receipt.gold_granted, name: good.name });
      announce(fill(gettext("%(name)s 구매 완료. 영수증 %(receipt)s"), { name: good.name, receipt: receipt.receipt_code }));
    } else if (receipt.status === "pending") {
      confirm.pending(receipt.receipt_code, receipt.reason_code);
      announce(sentenceFor(receipt.reason_code));
    } else {
      this.refuse(receipt.reason_code, receipt.message, receipt.receipt_code ?? "");
    }
  }

  /** @param {ApiError} error @param {Asked} asked */
  failed(error, asked) {
    const { confirm } = this;
    if (!confirm) return;
    const { good } = asked.order;
    const code = error.status ? `${error.code} · ${error.status}` : error.code;
    if (error.status === 0 || error.status >= 500 || error.code === "IN_PROGRESS") {
      this.unanswered.set(good.card, asked);
      if (!this.isShown(good.card)) return;
      confirm.busy(false);
      confirm.lock(true);
      return confirm.problem(sentenceFor(error.code, error.message), code);
    }
    this.settle(good.card);
    this.catalogue.refresh();
    if (!this.isShown(good.card)) return;
    const { reason_code, actual } = error.details?.[0] ?? {};
    if (error.code === "PRICE_CHANGED" && typeof actual === "number") this.reprice(actual, asked.order, error.message);
    else if (error.code.startsWith("PROMO_")) confirm.promo.refuse(fill(gettext("%(why)s. 가격은 그대로입니다."), { why: error.message }), reason_code ?? error.code);
    else this.refuse(error.code, error.message, "");
  }

  /** @param {string} code @param {string} message @param {string} receipt @param {boolean} [again] */
  refuse(code, message, receipt, again = WORTH_ANOTHER_TRY.has(code)) {
    const words = sentenceFor(code, message);
    this.confirm?.refused({ words, code, receipt, again });
    announce(words);
  }

  /** The price moved between looking and paying: the new one is shown and confirmed anew. @param {number} actual @param {Order} order @param {string} words */
  async reprice(actual, { promo }, words) {
    if (!promo) return this.confirm?.reprice(actual, { always: true });
    await this.confirm?.promo.apply();
    this.confirm?.problem(words, "PRICE_CHANGED");
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

  /** The stream tells of a purchase, of this tab or another. @param {{ receipt_code: string | null, status: string, reason_code: string | null }} data */
  told({ receipt_code, status, reason_code }) {
    if (!receipt_code) {
      if (OFF_THE_SHELF.has(reason_code ?? "")) this.refresh?.();
      return;
    }
    if (!isFinal(status)) {
      if (!this.catalogue.root.querySelector(`[data-receipt="${CSS.escape(receipt_code)}"]`) && status === "pending") this.refresh?.();
      return;
    }
    if (this.pending.watched.has(receipt_code)) this.pending.over(receipt_code, status);
    else if (this.confirm?.receipt !== receipt_code) this.refresh?.();
  }

  /** The keyboard goes back to where it came from; a hold goes on, and the player knows it. */
  closed() {
    const card = this.catalogue.card(this.asked);
    this.asked = "";
    /** @type {HTMLElement | null | undefined} */ (card?.querySelector("button:not(:disabled):not([hidden]), a:not([hidden])"))?.focus();
    this.holds.remind();
  }
}

mount("shop", (root) => {
  new Shop(root);
  root.dataset.ready = "";
});
