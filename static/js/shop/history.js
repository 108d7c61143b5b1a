// @ts-check
/** The purchase history: rows follow the stream, an open payment is asked about, a receipt is opened by its address. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, post } from "../api.js";
import { drawing, mount } from "../components.js";
import { balanceFromAnswer } from "../gold.js";
import { live } from "../live.js";
import { soon } from "../soon.js";
import { fill, gettext } from "../words.js";
import { sentenceFor } from "./reasons.js";
import { Slips } from "./slips.js";

const TRIES = 3;
/** Longer than the server may take with all its retries: then the answer counts as lost. */
const PATIENCE_MS = 20_000;
const AT_RECEIPT = /^#receipt-([0-9a-f]{12})$/;

class History {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.slips = new Slips(root, { shown: () => this.shown() });
    /** @type {Map<string, string>} the key of a question whose answer never came, by receipt */
    this.unanswered = new Map();
    /** @type {Set<string>} what has been said */
    this.told = new Set();
    /** @type {Map<string, { status: string, reason: string | null }>} what is still to be said, by receipt */
    this.news = new Map();
    this.seen = Number(document.body.dataset.streamSeq ?? -1);
    this.reload = soon(() => this.slips.load());
    root.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-settle]"));
      if (button && button.getAttribute("aria-disabled") !== "true") this.settle(button);
    });
    live.on("purchase_update", (message) => this.hear(message));
    live.on("initial_state", ({ data }) => {
      if (data.as_of_seq !== this.seen) this.reload(); // The page was away meanwhile.
      this.seen = data.as_of_seq;
    });
    addEventListener("hashchange", () => this.openAsked());
    this.openAsked();
  }

  /** @param {import("../live.js").Message} message */
  hear({ data, replayed, seq }) {
    this.seen = Math.max(this.seen, seq ?? 0);
    if (replayed || !data.receipt_code) return; // What is replayed has been read with the page, or is read after it was away.
    if (data.status !== "idempotent_reuse") this.news.set(data.receipt_code, { status: data.status, reason: data.reason_code });
    this.reload();
  }

  /** The rows are as the server has them: now the news can be told by name, once. */
  shown() {
    for (const [receipt, { status, reason }] of this.news) this.tell(receipt, status, reason);
    this.news.clear();
  }

  /** @param {string} receipt @param {string} status @param {string | null} reason */
  tell(receipt, status, reason) {
    const mark = `${receipt}:${status}:${reason ?? ""}`;
    if (this.told.has(mark)) return;
    this.told.add(mark);
    const name = this.slips.row(receipt)?.dataset.name ?? receipt;
    if (status === "success") announce(fill(gettext("%(name)s 구매 완료. 영수증 %(receipt)s"), { name, receipt }));
    else if (status === "refunded") announce(fill(gettext("%(name)s 환불됨. 영수증 %(receipt)s"), { name, receipt }));
    else announce(`${name}: ${sentenceFor(reason)}`);
  }

  /** Asks what became of a payment; the same question again has the same key. @param {HTMLElement} button */
  async settle(button) {
    const row = /** @type {HTMLElement} */ (button.closest("[data-receipt]"));
    const receipt = row.dataset.receipt ?? "";
    const key = this.unanswered.get(receipt) ?? freshKey();
    this.unanswered.set(receipt, key);
    write(row, "");
    busy(button, true);
    try {
      const answer = await post(`/api/shop/transactions/${receipt}/settle`, {}, { key, tries: TRIES, signal: AbortSignal.timeout(PATIENCE_MS) });
      this.unanswered.delete(receipt);
      balanceFromAnswer(answer.new_gold_balance);
      if (answer.status === "pending") this.stillWaiting(row);
      else await this.slips.load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused(row, receipt, error);
    } finally {
      busy(button, false);
    }
  }

  /** @param {HTMLElement} row */
  stillWaiting(row) {
    const words = gettext("아직 승인되지 않았습니다. 잠시 뒤에 다시 확인해 주세요.");
    write(row, words, "live");
    announce(words);
  }

  /** @param {HTMLElement} row @param {string} receipt @param {ApiError} error */
  refused(row, receipt, error) {
    if (error.status && error.status < 500 && error.code !== "IN_PROGRESS") this.unanswered.delete(receipt);
    if (error.status === 404 || error.code === "NOT_SETTLEABLE") return this.slips.load();
    const words = error.code === "NETWORK" ? gettext("연결이 끊겨 확인하지 못했습니다. 다시 눌러도 한 번만 처리됩니다.") : error.message || sentenceFor(error.code);
    write(row, words, "loss", error.status ? `${error.code} · ${error.status}` : error.code);
    announce(words);
  }

  /** The address names a receipt: open it here, or where it is. */
  openAsked() {
    const receipt = AT_RECEIPT.exec(location.hash)?.[1] ?? new URLSearchParams(location.search).get("receipt")?.toLowerCase();
    if (!receipt || this.slips.open(receipt) || !location.hash) return;
    location.replace(`/shop/history?receipt=${receipt}`);
  }
}

/** What stands beside a row's buttons. @param {HTMLElement} row @param {string} words @param {"live" | "loss"} [tone] @param {string} [code] */
function write(row, words, tone = "loss", code = "") {
  const place = /** @type {HTMLElement | null} */ (row.querySelector("[data-part=problem]"));
  if (!place) return;
  place.hidden = !words;
  place.className = `note note--${tone}`;
  const text = document.createElement("span");
  text.className = "note__words";
  text.textContent = words;
  if (code) {
    const small = document.createElement("code");
    small.textContent = code;
    text.append(" ", small);
  }
  place.replaceChildren(drawing(tone === "loss" ? "icon-warning" : "icon-timer"), text);
}

/** @param {HTMLElement} button @param {boolean} waiting */
function busy(button, waiting) {
  button.setAttribute("aria-disabled", String(waiting));
  button.toggleAttribute("aria-busy", waiting);
  const words = button.querySelector("[data-part=settle-words]");
  if (words) words.textContent = waiting ? gettext("확인 중") : gettext("지금 확인");
}

mount("purchases", (root) => {
  new History(root);
  root.dataset.ready = "";
});
