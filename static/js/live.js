// @ts-check
/**
 * The player's stream: one socket, resumed where it broke; polled when the socket is refused.
 * Emits every message by its type, plus `state` (live · catching · offline). A message's `replayed` is true
 * when the page already shows the state it tells of: list it, notify, but do not write it over newer state.
 */
import { get } from "./api.js";

/**
 * @typedef {{type: string, user_id: number, seq: number | null, timestamp: number, data: any, replayed: boolean}} Message
 * @typedef {"live" | "catching" | "offline"} State
 */

const PING_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
const POLL_MS = 3_000;
const REFUSALS_BEFORE_POLLING = 2;
const LONGEST_WAIT_MS = 30_000;
/** The page did not say where its stream stands: the opening state will. */
const UNKNOWN = -1;
const CLOSED = { badQuery: 4400, signedOut: 4401, tooMany: 4429 };

class Live {
  #target = new EventTarget();
  /** @type {WebSocket | null} */
  #socket = null;
  #player = "";
  #epoch = "";
  #seq = 0;
  #asOf = 0;
  #failures = 0;
  #silent = false;
  #over = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #poll;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ping;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pong;
  /** @type {State} */
  state = "catching";

  /**
   * @param {string} type
   * @param {(message: Message) => void} listener
   */
  on(type, listener) {
    this.#target.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string} type @param {any} detail */
  #emit(type, detail) {
    this.#target.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /**
   * @param {string} player
   * @param {{epoch: string, seq: number | null}} page the stream's place when the page was rendered
   */
  start(player, page) {
    this.#player = player;
    this.#epoch = page.epoch;
    this.#asOf = page.seq ?? 0;
    this.#seq = page.seq ?? UNKNOWN;
    const kept = this.#kept();
    if (kept && kept.epoch === page.epoch && kept.seq <= this.#seq) this.#seq = kept.seq;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#become("offline"));
    addEventListener("pageshow", (event) => event.persisted && this.#hurry());
    addEventListener("pagehide", () => this.#socket?.close(1000));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
    document.addEventListener("club:expired", () => this.#end());
    this.#connect();
  }

  #kept() {
    try {
      const kept = JSON.parse(sessionStorage.getItem("club:stream") ?? "null");
      return kept?.player === this.#player ? /** @type {{epoch: string, seq: number}} */ (kept) : null;
    } catch {
      return null;
    }
  }

  #keep() {
    try {
      sessionStorage.setItem("club:stream", JSON.stringify({ player: this.#player, epoch: this.#epoch, seq: this.#seq }));
    } catch { /* Private windows may refuse storage; the page then resumes from what the server rendered. */ }
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#emit("state", state);
  }

  #connect() {
    clearTimeout(this.#retry);
    if (this.#over || this.#socket) return;
    const query = new URLSearchParams(this.#seq === UNKNOWN ? {} : { since: String(this.#seq), epoch: this.#epoch });
    if (!this.#epoch) query.delete("epoch");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/realtime/sync?${query}`);
    this.#socket = socket;
    this.#silent = true;
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("close", (event) => this.#lost(event.code));
  }

  /** @param {string} text */
  #receive(text) {
    clearTimeout(this.#pong);
    if (text === "pong") return;
    const message = JSON.parse(text);
    if (this.#silent) this.#welcome();
    if (message.type === "sync_connected") return this.#compareEpoch(message.data.epoch);
    if (message.type === "initial_state") return this.#openingState(message);
    if (message.type !== "pong") this.#take(message);
  }

  #welcome() {
    this.#silent = false;
    this.#failures = 0;
    clearTimeout(this.#poll);
    this.#poll = undefined;
    clearInterval(this.#ping);
    this.#ping = setInterval(() => this.#beat(), PING_MS);
  }

  #beat() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send('{"type":"ping"}');
    this.#pong = setTimeout(() => this.#socket?.close(), PONG_WITHIN_MS);
  }

  /** @param {string} epoch */
  #compareEpoch(epoch) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#seq = UNKNOWN;
  }

  /** @param {any} message */
  #openingState(message) {
    this.#asOf = message.data.as_of_seq;
    if (message.data.recovered !== true) this.#seq = this.#asOf;
    this.#keep();
    this.#emit("initial_state", { ...message, replayed: false });
    this.#settle();
  }

  #settle() {
    this.#become(this.#seq >= this.#asOf ? "live" : "catching");
  }

  /** @param {any} message */
  #take(message) {
    const { seq } = message;
    if (seq !== null) {
      if (seq <= this.#seq) return;
      if (seq > this.#seq + 1) return this.#socket?.close(4000); // A hole: reconnecting with `since` fills it.
      this.#seq = seq;
      this.#keep();
    }
    this.#emit(message.type, { ...message, replayed: seq !== null && seq <= this.#asOf });
    if (this.state === "catching" && this.#socket) this.#settle();
  }

  /** @param {number} code */
  #lost(code) {
    const refused = this.#silent;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#pong);
    if (code === CLOSED.signedOut) {
      document.dispatchEvent(new CustomEvent("club:expired"));
      return;
    }
    if (this.#over) return;
    if (code === CLOSED.badQuery) this.#epoch = "";
    this.#failures += 1;
    // While polling, what the polls meet tells the state.
    if (this.#poll === undefined) this.#become(navigator.onLine ? "catching" : "offline");
    if ((refused && this.#failures >= REFUSALS_BEFORE_POLLING) || code === CLOSED.tooMany) this.#startPolling();
    const base = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(this.#failures - 1, 6));
    const wait = code === CLOSED.tooMany ? LONGEST_WAIT_MS : base;
    this.#retry = setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2));
  }

  #hurry() {
    if (this.#over || this.#socket) return;
    this.#failures = Math.min(this.#failures, REFUSALS_BEFORE_POLLING);
    this.#connect();
  }

  #end() {
    this.#over = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#poll);
    this.#socket?.close(1000);
    this.#become("offline");
  }

  #startPolling() {
    if (this.#poll === undefined) this.#poll = setTimeout(() => this.#pollOnce(), 0);
  }

  async #pollOnce() {
    try {
      const query = new URLSearchParams({ after: String(Math.max(0, this.#seq)), limit: "100" });
      if (this.#epoch) query.set("epoch", this.#epoch);
      const page = await get(`/api/realtime/events?${query}`, { tries: 1 });
      if (this.#poll === undefined || this.#over) return;
      if (!page.recovered || (this.#epoch && page.epoch !== this.#epoch)) await this.#resync(page);
      else for (const message of page.items) this.#take(message);
      this.#epoch = page.epoch;
      this.#become("catching");
    } catch {
      this.#become("offline");
    }
    if (this.#poll !== undefined && !this.#over) this.#poll = setTimeout(() => this.#pollOnce(), POLL_MS);
  }

  /** Takes the truth from the server when the events in between are gone. @param {any} page */
  async #resync(page) {
    const profile = await get("/api/auth/me");
    this.#epoch = page.epoch;
    this.#seq = page.latest_seq;
    this.#asOf = page.latest_seq;
    this.#keep();
    const { gold_balance, cyber_token_balance } = profile;
    this.#emit("initial_state", { type: "initial_state", seq: null, replayed: false, data: { profile, balance: { gold_balance, cyber_token_balance }, as_of_seq: page.latest_seq } });
  }
}

export const live = new Live();
