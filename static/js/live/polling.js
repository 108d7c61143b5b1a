// @ts-check
/** Asks again and again where sockets are refused, as long as somebody looks. */

const POLL_MS = 3000;

export class Polling {
  #ask;
  #isAsking = false;
  #isLate = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  isOn = false;

  /** @param {() => Promise<void>} ask does not throw */
  constructor(ask) {
    this.#ask = ask;
    document.addEventListener("club:wrote", () => this.now()); // What the player did is seen at once.
  }

  start() {
    if (this.isOn) return;
    this.isOn = true;
    this.now();
  }

  stop() {
    this.isOn = false;
    clearTimeout(this.#timer);
  }

  /** Asks at once, if at all; a hidden page asks when it is seen again. */
  async now() {
    clearTimeout(this.#timer);
    this.#isLate = this.#isAsking; // The answer on its way may be older than what is asked for now.
    if (!this.isOn || this.#isAsking || document.hidden) return;
    this.#isAsking = true;
    await this.#ask();
    this.#isAsking = false;
    if (this.isOn) this.#timer = setTimeout(() => this.now(), this.#isLate ? 0 : POLL_MS);
  }
}
