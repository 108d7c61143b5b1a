// @ts-check
/** One socket, watched: it is lost when it closes, and also when it only looks open. */

const PING_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
const OPEN_WITHIN_MS = 10_000;
/** Somebody looks at the page and waits: a socket that may be dead answers quickly or goes. */
const PROBE_WITHIN_MS = 3000;
const TICK_MS = 5000;
/** Timers stood still so long only while the machine slept: the other end may be gone without a word. */
const SLEPT_MS = 20_000;

export class Line {
  #socket;
  #acts;
  #heardAt = Date.now();
  #tickedAt = Date.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  #ticking;
  #isOver = false;
  /** Whether nothing was heard yet. */
  isSilent = true;

  /**
   * @param {string} address
   * @param {{ heard: (message: any) => void, lost: (code: number) => void }} acts `lost` once, unless the page hung up
   */
  constructor(address, acts) {
    this.#acts = acts;
    this.#socket = new WebSocket(address);
    this.#socket.addEventListener("message", (event) => this.#hear(event.data));
    this.#socket.addEventListener("close", (event) => this.#lose(event.code));
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#expect(OPEN_WITHIN_MS);
  }

  /** Is anybody there? If not, the line is lost within seconds. */
  probe() {
    this.#ping(PROBE_WITHIN_MS);
  }

  /** Gives up a line that is of no use any more, at once: the closing of a dead one takes the browser a minute. @param {number} [code] */
  drop(code = 4000) {
    this.#socket.close(code);
    this.#lose(code);
  }

  /** The page needs it no more. */
  hangUp() {
    this.#end();
    this.#socket.close(1000);
  }

  /** @param {string} text */
  #hear(text) {
    if (this.#isOver) return;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#heardAt = Date.now();
    this.isSilent = false;
    const message = text === "pong" ? null : JSON.parse(text);
    if (message && message.type !== "pong") this.#acts.heard(message);
  }

  #tick() {
    const now = Date.now();
    if (now - this.#tickedAt > SLEPT_MS) this.probe();
    else if (now - this.#heardAt >= PING_MS && this.#deadline === undefined) this.#ping(PONG_WITHIN_MS);
    this.#tickedAt = now;
  }

  /** @param {number} within */
  #ping(within) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send('{"type":"ping"}');
    this.#expect(within);
  }

  /** @param {number} within */
  #expect(within) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.drop(), within);
  }

  #end() {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    clearInterval(this.#ticking);
  }

  /** @param {number} code */
  #lose(code) {
    if (this.#isOver) return;
    this.#end();
    this.#acts.lost(code);
  }
}
