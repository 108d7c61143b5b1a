// @ts-check
/**
 * The server's clock as this page knows it. Every stamped answer was written between its request and its arrival, so each
 * one narrows the offset to the page's monotonic clock; the visitor's date and time are never asked.
 * @module
 */

export class Clock {
  #low = -Infinity;
  #high = Infinity;

  /**
   * @param {string} stamp `server_time` of an answer
   * @param {number} sent when it was asked for, by `performance.now()`
   * @param {number} [arrived]
   */
  hear(stamp, sent, arrived = performance.now()) {
    const server = Date.parse(stamp);
    const low = Math.max(this.#low, server - arrived);
    const high = Math.min(this.#high, server - sent);
    // A clock that slept contradicts what was known: then the newest answer alone counts.
    [this.#low, this.#high] = low <= high ? [low, high] : [server - arrived, server - sent];
  }

  /** Milliseconds since 1970 by the server. */
  now() {
    return performance.now() + (this.#low + this.#high) / 2;
  }
}

/** When the page itself was asked for and answered. @returns {{ sent: number, arrived: number }} */
export function pageAsked() {
  const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return page ? { sent: page.requestStart, arrived: page.responseStart || performance.now() } : { sent: 0, arrived: performance.now() };
}
