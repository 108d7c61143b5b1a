// @ts-check
/** The confirm sheet: the exact total before, the truth after. It asks; others decide. */
import { drawing } from "../components.js";
import { dollars, fill, gettext, number } from "../words.js";

/**
 * @typedef {{ product: string, name: string, currency: string, price: number, final: number, discount: number, gives: number, most: number }} Good
 * @typedef {{ good: Good, quantity: number }} Order
 * @typedef {"order" | "pending" | "done" | "refused"} View
 */

export class Confirm {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {{ pay: (order: Order) => void, settle: (receipt: string) => void, again: () => void, closed: () => void }} acts
   */
  constructor(dialog, acts) {
    this.dialog = dialog;
    this.acts = acts;
    /** @type {Good | null} */
    this.good = null;
    this.receipt = "";
    this.quantity = /** @type {HTMLInputElement} */ (dialog.querySelector("#quantity"));
    this.pay = /** @type {HTMLButtonElement} */ (this.part("pay"));
    dialog.querySelector("[data-view=order]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.good && this.pay.getAttribute("aria-disabled") !== "true" && this.count > 0) acts.pay({ good: this.good, quantity: this.count });
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
    dialog.addEventListener("close", () => acts.closed());
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

  /** @param {Good} good */
  ask(good) {
    this.good = good;
    this.quantity.value = "1";
    this.problem("");
    this.busy(false);
    this.part("quantity-row").hidden = good.most < 2;
    this.part("pay").className = `button button--${good.currency === "USD" ? "paper" : "gold"}`;
    this.write();
    this.show("order");
    this.pay.focus();
  }

  /** Writes every number of the order. */
  write() {
    const { good } = this;
    if (!good) return;
    const count = this.count || 1;
    const money = good.currency === "USD";
    const price = (/** @type {number} */ value) => (money ? dollars(value) : `${number(value)}G`);
    const row = (/** @type {string} */ name, /** @type {boolean} */ shown) => { this.part(`${name}-row`).hidden = !shown; };
    this.part("name").textContent = good.name;
    this.part("list-price").textContent = price(good.price * count);
    row("discount", good.discount > 0);
    this.part("discount").textContent = fill(gettext("할인 %(percent)s"), { percent: `${good.discount}%` });
    this.part("off").textContent = `−${price((good.price - good.final) * count)}`;
    row("gives", good.gives > 0);
    this.part("gives").textContent = `${number(good.gives * count)}G`;
    row("have", !money);
    this.part("total-label").textContent = money ? gettext("결제할 금액") : gettext("쓸 골드");
    const total = price(good.final * count);
    this.part("total").textContent = total;
    this.pay.textContent = fill(money ? gettext("%(total)s 결제하기") : gettext("%(total)s 교환하기"), { total });
  }

  /** @param {boolean} waiting */
  busy(waiting) {
    this.pay.setAttribute("aria-disabled", String(waiting));
    this.pay.toggleAttribute("aria-busy", waiting);
    if (waiting) this.pay.textContent = gettext("처리 중");
    else this.write();
    this.quantity.readOnly = waiting;
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.dialog.querySelectorAll("[data-quantity]"))) button.disabled = waiting;
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

  /** @param {string} receipt */
  pending(receipt) {
    this.keep(receipt);
    this.show("pending");
  }

  /** @param {{ receipt: string, granted: number | null, name: string }} facts */
  done({ receipt, granted, name }) {
    this.keep(receipt);
    this.part("granted").className = `confirm__sum${granted ? " gold" : " confirm__sum--name"}`;
    this.part("granted").textContent = granted ? `+${number(granted)}G` : name;
    this.part("done-words").textContent = granted ? fill(gettext("%(name)s 구매를 마쳤습니다"), { name }) : gettext("교환을 마쳤습니다");
    this.show("done");
  }

  /** @param {{ words: string, code: string, receipt: string, again: boolean }} facts */
  refused({ words, code, receipt, again }) {
    this.keep(receipt);
    this.part("reason").textContent = words;
    this.part("reason-code").textContent = code;
    this.part("refused-receipt").hidden = !receipt;
    this.part("again").hidden = !again;
    this.show("refused");
  }

  /** @param {string} receipt */
  keep(receipt) {
    this.receipt = receipt;
    for (const code of this.dialog.querySelectorAll("[data-part=receipt]")) code.textContent = receipt;
  }

  /** @param {View} view */
  show(view) {
    /** @type {Record<View, string>} */
    const titles = { order: gettext("구매 확인"), pending: gettext("결제 확인 중"), done: gettext("구매 완료"), refused: gettext("구매하지 못했습니다") };
    this.part("title").textContent = titles[view];
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("[data-view]"))) section.hidden = section.dataset.view !== view;
    this.view = view;
    if (!this.dialog.open) this.dialog.showModal();
    if (view !== "order") /** @type {HTMLElement | null} */ (this.dialog.querySelector(`[data-view="${view}"] .button:not([hidden]):last-of-type`))?.focus();
  }
}
