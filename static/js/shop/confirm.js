// @ts-check
/** The confirm sheet: the exact total before, the truth after. It asks; others decide. */
import { drawing } from "../components.js";
import { dollars, fill, gettext, number } from "../words.js";
import { PromoBox } from "./promo.js";
import { sentenceFor } from "./reasons.js";

/**
 * @typedef {import("./goods.js").Good} Good
 * @typedef {import("./goods.js").Hold} Hold
 * @typedef {import("./goods.js").Order} Order
 * @typedef {"order" | "pending" | "done" | "refused"} View
 * @typedef {"none" | "asking" | "kept" | "over"} Holding what the sheet knows of the hold of a package
 */

export class Confirm {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {{ pay: (order: Order) => void, hold: (good: Good, quantity: number) => void, settle: (receipt: string) => void, again: () => void, closed: () => void }} acts
   */
  constructor(dialog, acts) {
    this.dialog = dialog;
    this.acts = acts;
    /** @type {Good | null} */
    this.good = null;
    this.receipt = "";
    /** @type {Holding} */
    this.holding = "none";
    this.isBusy = false;
    this.isLocked = false;
    this.isStopped = false;
    this.announcer = document.querySelector("[data-testid=announcer]");
    this.quantity = /** @type {HTMLInputElement} */ (dialog.querySelector("#quantity"));
    this.pay = /** @type {HTMLButtonElement} */ (this.part("pay"));
    this.promo = new PromoBox(this.part("promo"), {
      order: () => ({ good: this.good, quantity: this.count || 1 }),
      changed: () => this.write(),
      repriced: (unit) => this.reprice(unit),
    });
    dialog.querySelector("[data-view=order]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.press();
    });
    this.quantity.addEventListener("input", () => this.write());
    this.quantity.addEventListener("change", () => { this.quantity.value = String(this.count || 1); this.write(); });
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-quantity]"))) {
      button.addEventListener("click", () => {
        this.quantity.value = String(Math.min(this.good?.most ?? 1, Math.max(1, this.count + Number(button.dataset.quantity))));
        this.write();
      });
    }
    this.part("settle").addEventListener("click", () => acts.settle(this.receipt));
    this.part("again").addEventListener("click", () => acts.again());
    dialog.addEventListener("close", () => {
      if (this.announcer) document.body.append(this.announcer);
      acts.closed();
    });
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.dialog.querySelector(`[data-part="${name}"]`));
  }

  /** The whole quantity typed, within what one purchase may take; 0 while it is none. */
  get count() {
    const typed = /^\d{1,2}$/.test(this.quantity.value.trim()) ? Number(this.quantity.value) : 0;
    return Math.min(typed, this.good?.most ?? 1);
  }

  /** Whether an order is being made up: news of the good matter. */
  get isAsking() {
    return this.dialog.open && this.view === "order" && !this.isBusy && !this.isLocked;
  }

  /** The order as it stands. @returns {Order | null} */
  get order() {
    return this.good && this.count > 0 ? { good: this.good, quantity: this.count, promo: this.promo.applied } : null;
  }

  /** Pays, or does first what paying needs. */
  async press() {
    const { good } = this;
    if (!good || this.pay.getAttribute("aria-disabled") === "true" || this.count === 0) return;
    if (this.holding === "over" && !this.isLocked) return this.acts.hold(good, this.count);
    // A code typed and never judged would leave its total unseen: it is judged, and the total shown, before anything is paid.
    if (this.promo.isOpen && !this.isLocked) {
      if (await this.promo.apply()) this.pay.focus();
      return;
    }
    if (this.order) this.acts.pay(this.order);
  }

  /** Opens on a good; on an order, where it was left. @param {Good} good @param {Order | null} [left] */
  ask(good, left = null) {
    this.good = good;
    this.isBusy = this.isLocked = this.isStopped = false;
    this.holding = good.hold ? "kept" : "none";
    this.quantity.value = String(left?.quantity ?? good.hold?.quantity ?? 1);
    this.problem("");
    this.promo.begin(good, left?.promo ?? null);
    this.pay.className = `button button--${good.currency === "USD" ? "paper" : "gold"}`;
    this.fix();
    this.show("order");
    this.pay.focus();
  }

  /** The price of one unit is another than the sheet shows. @param {number} unit @param {{ always?: boolean }} [say] even if it is not */
  reprice(unit, { always = false } = {}) {
    const { good } = this;
    if (!good || (unit === good.final && !always) || !Number.isInteger(unit)) return;
    const before = good.final;
    this.good = { ...good, final: unit, price: Math.max(good.price, unit), discount: unit < good.price ? good.discount : 0 };
    this.write();
    const words = fill(gettext("가격이 %(before)s에서 %(now)s(으)로 바뀌었습니다. 새 가격으로 다시 확인해주세요."), { before: priceOf(good, before), now: priceOf(good, unit) });
    this.problem(words, "PRICE_CHANGED");
  }

  /** What became of the hold. @param {Holding} holding @param {Hold | null} [hold] @param {number | null} [left] units free for anybody */
  keep(holding, hold = null, left = null) {
    if (!this.good) return;
    this.holding = holding;
    if (hold) this.good = { ...this.good, hold };
    if (hold && left !== null) this.good.most = Math.max(1, Math.min(this.good.most, left + hold.quantity));
    if (holding === "over") this.good = { ...this.good, hold: null };
    this.write();
  }

  /** Writes every number of the order. */
  write() {
    const { good } = this;
    if (!good) return;
    if (Number(this.quantity.value) > good.most) this.quantity.value = String(good.most);
    const count = this.count || 1;
    const money = good.currency === "USD";
    const unit = this.promo.applied?.unit ?? good.final;
    const row = (/** @type {string} */ name, /** @type {boolean} */ shown) => { this.part(`${name}-row`).hidden = !shown; };
    const price = (/** @type {number} */ value) => priceOf(good, value);
    this.part("name").textContent = good.name;
    this.part("list-price").textContent = price(good.price * count);
    row("discount", good.discount > 0);
    this.part("discount").textContent = fill(gettext("할인 %(percent)s"), { percent: `${good.discount}%` });
    this.part("off").textContent = `−${price((good.price - good.final) * count)}`;
    row("promo", this.promo.applied !== null);
    this.part("promo-label").textContent = fill(gettext("프로모션 %(code)s"), { code: this.promo.applied?.code ?? "" });
    this.part("promo-off").textContent = `−${price((good.final - unit) * count)}`;
    row("quantity", good.most > 1);
    row("gives", good.gives > 0);
    this.part("gives").textContent = `${number(good.gives * count)}G`;
    row("have", !money);
    this.part("total-label").textContent = money ? gettext("결제할 금액") : gettext("쓸 골드");
    this.part("total").textContent = price(unit * count);
    this.writeHold(count);
    this.writePay(price(unit * count), money && unit === 0);
  }

  /** @param {number} count */
  writeHold(count) {
    const { hold = null } = this.good ?? {};
    this.part("hold").hidden = this.holding === "none" || this.isLocked;
    this.part("hold").dataset.holding = this.holding;
    const meter = /** @type {HTMLProgressElement} */ (this.part("hold-meter"));
    const left = this.part("hold-left");
    if (hold) {
      meter.max = hold.seconds;
      left.dataset.ends = meter.dataset.meter = hold.ends;
    } else {
      delete left.dataset.ends;
      delete meter.dataset.meter;
      left.textContent = "";
      meter.value = 0;
    }
    const held = fill(gettext("%(count)s개를 내 몫으로 잡아 둠"), { count: hold?.quantity ?? 0 });
    /** @type {Record<Holding, string>} */
    const words = {
      none: "",
      asking: gettext("수량을 잡는 중입니다"),
      kept: hold && count > hold.quantity ? fill(gettext("%(held)s · 나머지는 남은 수량에서"), { held }) : held,
      over: gettext("잡아 둔 시간이 끝났습니다"),
    };
    this.part("hold-words").textContent = words[this.holding];
  }

  /** @param {string} total @param {boolean} free */
  writePay(total, free) {
    const money = this.good?.currency === "USD";
    const waits = this.isBusy || this.holding === "asking";
    this.pay.setAttribute("aria-disabled", String(waits || this.isStopped));
    this.pay.toggleAttribute("aria-busy", waits);
    if (this.isBusy) this.pay.textContent = gettext("처리 중");
    else if (this.isLocked) this.pay.textContent = gettext("다시 시도");
    else if (this.holding === "over") this.pay.textContent = gettext("다시 잡아 두기");
    else if (free) this.pay.textContent = gettext("무료로 받기");
    else this.pay.textContent = fill(money ? gettext("%(total)s 결제하기") : gettext("%(total)s 교환하기"), { total });
  }

  /** @param {boolean} waiting */
  busy(waiting) {
    this.isBusy = waiting;
    this.fix();
  }

  /** An order that may have happened is sent again as it was: nothing of it changes. @param {boolean} locked */
  lock(locked) {
    this.isLocked = locked;
    this.fix();
  }

  fix() {
    const fixed = this.isBusy || this.isLocked;
    this.quantity.readOnly = fixed;
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.dialog.querySelectorAll("[data-quantity]"))) button.disabled = fixed;
    this.promo.lock(fixed);
    this.write();
  }

  /** The good cannot be bought any more, or again. @param {string} words why not; none when it can @param {string} [code] */
  stop(words, code = "") {
    if (!words && !this.isStopped) return;
    this.isStopped = words !== "";
    this.problem(words, code);
    this.write();
  }

  /** What is wrong with the order as it stands; the input stays. @param {string} words @param {string} [code] */
  problem(words, code = "") {
    const region = this.part("problem");
    if (!words) return region.replaceChildren();
    const note = document.createElement("p");
    note.className = "note note--loss";
    const text = document.createElement("span");
    text.textContent = words;
    if (code) {
      const small = document.createElement("small");
      small.className = "note__code";
      small.textContent = code;
      text.append(" ", small);
    }
    note.append(drawing("icon-warning"), text);
    region.replaceChildren(note);
  }

  /** @param {string} receipt @param {string} [code] */
  pending(receipt, code = "") {
    this.name(receipt);
    this.part("pending-words").textContent = code === "GRANT_FAILED" ? sentenceFor(code) : gettext("창을 닫아도 됩니다. 끝나면 알려 드리고, 같은 영수증으로 한 번만 처리됩니다.");
    this.show("pending");
  }

  /** @param {{ receipt: string, granted: number | null, name: string }} facts */
  done({ receipt, granted, name }) {
    this.name(receipt);
    this.part("granted").className = `confirm__sum${granted ? " gold" : " confirm__sum--name"}`;
    this.part("granted").textContent = granted ? `+${number(granted)}G` : name;
    this.part("done-words").textContent = granted ? fill(gettext("%(name)s 구매를 마쳤습니다"), { name }) : gettext("교환을 마쳤습니다");
    this.show("done");
  }

  /** @param {{ words: string, code: string, receipt: string, again: boolean }} facts */
  refused({ words, code, receipt, again }) {
    this.name(receipt);
    this.part("reason").textContent = words;
    this.part("reason-code").textContent = code;
    this.part("refused-receipt").hidden = !receipt;
    this.part("again").hidden = !again;
    this.show("refused");
  }

  /** @param {string} receipt */
  name(receipt) {
    this.receipt = receipt;
    for (const code of this.dialog.querySelectorAll("[data-part=receipt]")) code.textContent = receipt;
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.dialog.querySelectorAll("[data-part=receipt-link]"))) link.href = `/shop/history?receipt=${receipt}`;
  }

  /** @param {View} view */
  show(view) {
    /** @type {Record<View, string>} */
    const titles = { order: gettext("구매 확인"), pending: gettext("결제 확인 중"), done: gettext("구매 완료"), refused: gettext("구매하지 못했습니다") };
    this.part("title").textContent = titles[view];
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("[data-view]"))) section.hidden = section.dataset.view !== view;
    this.view = view;
    // Under an open sheet the rest of the page is silent: outcomes are told from inside it.
    if (this.announcer && this.announcer.parentElement !== this.dialog) this.dialog.append(this.announcer);
    if (!this.dialog.open) this.dialog.showModal();
    if (view !== "order") /** @type {HTMLElement | null} */ (this.dialog.querySelector(`[data-view="${view}"] .button:not([hidden]):last-of-type`))?.focus();
  }
}

/** @param {Good} good @param {number} value */
const priceOf = ({ currency }, value) => (currency === "USD" ? dollars(value) : `${number(value)}G`);
