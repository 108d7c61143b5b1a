// @ts-check
/** What a bunch of news asks for is done once: a replay brings many events at the same moment. */

const A_MOMENT_MS = 50;

/**
 * @param {() => void} act
 * @param {number} [ms]
 * @returns {() => void} calls `act` a moment after the last call
 */
export function soon(act, ms = A_MOMENT_MS) {
  let waiting = 0;
  return () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(act, ms);
  };
}
