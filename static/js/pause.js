// @ts-check
/** A rest that can be cut short. */

/**
 * Waits, at most until `signal` is aborted.
 * @param {number} ms @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export const pause = (ms, signal) => new Promise((done) => {
  if (signal?.aborted) return done();
  const timer = setTimeout(done, Math.max(0, ms));
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});
