// @ts-check
/** Results that are known but not shown yet: until they are, nothing else tells of them. */

let holds = 0;
/** @type {(() => void)[]} */
const waiting = [];

/** Whether a result is kept back. */
export const isHeld = () => holds > 0;

/**
 * Keeps back what tells of a result until the returned function is called.
 * @returns {() => void}
 */
export function hold() {
  holds += 1;
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holds -= 1;
    if (holds === 0) waiting.splice(0).forEach((act) => act());
  };
}

/** Acts once no result is kept back any more. @param {() => void} act */
export function afterHold(act) {
  if (holds > 0) waiting.push(act);
  else act();
}
