// @ts-check
/** Purchases whose payment is still on its way: asked for again and again, ever more slowly, until they are final. */
import { ApiError, post } from "../api.js";

const WAITS_SECONDS = [2, 3, 5, 8, 13, 21, 30];
const FINAL = new Set(["success", "failed", "voided", "refunded"]);

export class Pending {
  /** @param {{ settled: (receipt: string, status: string) => void }} acts */
  constructor({ settled }) {
    this.settled = settled;
    /** @type {Map<string, { asked: number, timer: ReturnType<typeof setTimeout> | undefined }>} */
    this.watched = new Map();
  }

  /** @param {string} receipt */
  watch(receipt) {
    if (this.watched.has(receipt)) return;
    this.watched.set(receipt, { asked: 0, timer: undefined });
    this.later(receipt);
  }

  /** @param {string} receipt */
  later(receipt) {
    const entry = this.watched.get(receipt);
    if (!entry) return;
    const wait = WAITS_SECONDS[Math.min(entry.asked, WAITS_SECONDS.length - 1)];
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.ask(receipt), wait * 1000);
  }

  /** Ask the payment's state now. @param {string} receipt @returns {Promise<string>} the status, or the code of what went wrong */
  async ask(receipt) {
    const entry = this.watched.get(receipt);
    if (entry) entry.asked += 1;
    try {
      const { status } = await post(`/api/shop/transactions/${encodeURIComponent(receipt)}/settle`, {});
      if (FINAL.has(status)) this.over(receipt, status);
      else this.later(receipt);
      return status;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404 || error.code === "NOT_SETTLEABLE") this.over(receipt, error.code);
      else if (error.status !== 401) this.later(receipt);
      return error.code;
    }
  }

  /** The stream or an answer told how it ended. @param {string} receipt @param {string} status */
  over(receipt, status) {
    const entry = this.watched.get(receipt);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.watched.delete(receipt);
    this.settled(receipt, status);
  }
}

/** @param {string} status */
export const isFinal = (status) => FINAL.has(status);
