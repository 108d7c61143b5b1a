// @ts-check
/** One order at a time to a play route; an order whose answer never came is sent again as it was, with its key. */
import { ApiError, freshKey, post } from "../api.js";

/** @typedef {{ key: string, order: any }} Asked */

const FIRST_TRIES = 3;
/** Longer than the server may take with all its retries: then the answer counts as lost. */
const PATIENCE_MS = 20_000;

export class Asking {
  /** @param {string} path such as "/api/games/slot/spin" */
  constructor(path) {
    this.path = path;
    this.busy = false;
    /** @type {Asked | null} an order sent that may have happened: nothing else is sent before its answer is known */
    this.unanswered = null;
  }

  /**
   * The answer to the unanswered order if there is one, else to this one under a fresh key.
   * Throws the ApiError; `unanswered` then tells whether the order may have happened.
   * A second one before the answer is a mistake of the caller, and not sent.
   * @param {object} [order]
   * @returns {Promise<any>}
   */
  async send(order = {}) {
    if (this.busy) throw new Error("an order is still on its way");
    const asked = this.unanswered ?? { key: freshKey(), order };
    this.busy = true;
    try {
      const answer = await post(this.path, asked.order, { key: asked.key, tries: FIRST_TRIES, signal: AbortSignal.timeout(PATIENCE_MS) });
      this.unanswered = null;
      return answer;
    } catch (error) {
      this.unanswered = mayHaveHappened(error) ? asked : null;
      throw error;
    } finally {
      this.busy = false;
    }
  }
}

/** @param {unknown} error */
const mayHaveHappened = (error) => error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.code === "IN_PROGRESS");
