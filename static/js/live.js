// @ts-check
/**
 * The player's stream: one socket while the page is seen, resumed where it broke; polled when sockets are refused.
 * Emits every message by its type, plus `state`. A message's `replayed` is true when the page already shows the
 * state it tells of: list it, notify, but do not write it over newer state.
 */
import { get } from "./api.js";
import { Line } from "./live/line.js";
import { keepPlace, placeOf } from "./live/place.js";
import { Polling } from "./live/polling.js";
import { openingState } from "./live/truth.js";

/**
 * @typedef {{type: string, user_id: number, seq: number | null, timestamp: number, data: any, replayed: boolean}} Message
 * @typedef {"live" | "catching" | "polling" | "offline"} State `live`: on a socket, nothing missed; `polling`: nothing older than a few seconds missed
 */

const HIDDEN_MS = 30_000;
const REFUSALS_BEFORE_POLLING = 2;
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PAGE = "100";
/** The page did not say where its stream stands: the opening state will. */
const UNKNOWN = -1;
const CLOSED = { badQuery: 4400, signedOut: 4401, tooMany: 4429 };

class Live {
  #target = new EventTarget();
  /** @type {Line | null} */
  #line = null;
  #polling = new Polling(() => this.#ask());
  /** The other pages of this browser: a seen one that finds no room asks the hidden ones for theirs. */
  #others = new BroadcastChannel("club:live");
  #player = "";
  #epoch = "";
  #seq = 0;
  #asOf = 0;
  #failures = 0;
  #isOver = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
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
    const kept = placeOf(player);
    if (kept && kept.epoch === page.epoch && kept.seq <= this.#seq) this.#seq = kept.seq;
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#loseNetwork());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    addEventListener("pagehide", () => this.#rest());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#restSoon() : this.#wake()));
    document.addEventListener("freeze", () => this.#rest());
    document.addEventListener("club:expired", () => this.#end());
    this.#others.addEventListener("message", () => document.hidden && this.#rest());
    this.#connect();
  }

  // --- the socket: only what is seen is connected ---------------------------------------------------

  #connect() {
    clearTimeout(this.#retry);
    if (this.#isOver || this.#line || document.hidden) return;
    const query = new URLSearchParams(this.#seq === UNKNOWN ? {} : { since: String(this.#seq) });
    if (this.#seq !== UNKNOWN && this.#epoch) query.set("epoch", this.#epoch);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.#line = new Line(`${scheme}://${location.host}/api/realtime/sync?${query}`, {
      heard: (message) => this.#hear(message),
      lost: (code) => this.#lost(code),
    });
  }

  /** Somebody looks again, or the network is back: whatever can be known is known at once. */
  #wake() {
    if (document.hidden) return;
    clearTimeout(this.#resting);
    this.#failures = Math.min(this.#failures, REFUSALS_BEFORE_POLLING);
    if (this.#line) this.#line.probe();
    else this.#connect();
    this.#polling.now();
  }

  #restSoon() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(), HIDDEN_MS);
  }

  #rest() {
    clearTimeout(this.#retry);
    this.#line?.hangUp();
    this.#line = null;
    if (this.state === "live") this.#become("catching");
  }

  #loseNetwork() {
    this.#line?.drop();
    if (!this.#isOver) this.#become("offline");
  }

  #end() {
    this.#isOver = true;
    this.#polling.stop();
    this.#rest();
    this.#become("offline");
  }

  /** @param {number} code */
  #lost(code) {
    const isRefused = this.#line?.isSilent ?? true;
    this.#line = null;
    if (code === CLOSED.signedOut) {
      document.dispatchEvent(new CustomEvent("club:expired"));
      return;
    }
    if (code === CLOSED.badQuery) this.#epoch = "";
    if (code === CLOSED.tooMany) this.#others.postMessage("room");
    this.#failures += 1;
    // While polling, what the polls meet tells the state.
    if (!this.#polling.isOn) this.#become(navigator.onLine ? "catching" : "offline");
    if (isRefused && this.#failures >= REFUSALS_BEFORE_POLLING) this.#polling.start();
    const wait = navigator.onLine ? Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 6)) : LONGEST_WAIT_MS;
    this.#retry = setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2));
  }

  // --- what is heard: in order, once -------------------------------------------------------------

  /** @param {any} message */
  #hear(message) {
    this.#failures = 0;
    this.#polling.stop();
    if (message.type === "sync_connected") return this.#compareEpoch(message.data.epoch);
    if (message.type === "initial_state") this.#open(message);
    else this.#take(message);
    if (this.#line) this.#become(this.#seq >= this.#asOf ? "live" : "catching");
  }

  /** @param {string} epoch */
  #compareEpoch(epoch) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#seq = UNKNOWN;
  }

  /** @param {any} message */
  #open(message) {
    this.#asOf = message.data.as_of_seq;
    if (message.data.recovered !== true) this.#seq = this.#asOf;
    this.#keep();
    this.#emit("initial_state", { ...message, replayed: false });
  }

  /** @param {any} message */
  #take(message) {
    const { seq } = message;
    if (seq !== null) {
      if (seq <= this.#seq) return;
      if (seq > this.#seq + 1) return this.#line?.drop(); // A hole: reconnecting with `since` fills it.
      this.#seq = seq;
      this.#keep();
    }
    this.#emit(message.type, { ...message, replayed: seq !== null && seq <= this.#asOf });
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#emit("state", state);
  }

  #keep() {
    keepPlace({ player: this.#player, epoch: this.#epoch, seq: this.#seq });
  }

  // --- the same over HTTP --------------------------------------------------------------------------

  async #ask() {
    try {
      while (this.#polling.isOn && (await this.#askPage()));
      if (this.#polling.isOn) this.#become("polling");
    } catch { // No answer, or none of ours: a hotel's page to sign in at, say.
      if (this.#polling.isOn) this.#become("offline");
    }
  }

  /** Takes one page of the stream; whether the next one is there already. */
  async #askPage() {
    const before = this.#seq;
    const query = new URLSearchParams({ after: String(Math.max(0, before)), limit: PAGE });
    if (this.#epoch) query.set("epoch", this.#epoch);
    const page = await get(`/api/realtime/events?${query}`, { tries: 1 });
    const isOurs = page.recovered && before !== UNKNOWN && (!this.#epoch || page.epoch === this.#epoch);
    if (!isOurs) return this.#beginAgain(page);
    if (!this.#polling.isOn) return false;
    this.#epoch = page.epoch;
    for (const message of page.items) this.#take(message);
    return page.has_more && this.#seq > before;
  }

  /** The events in between are gone: takes the truth as it is, and what follows `page`. @param {{ epoch: string, latest_seq: number }} page */
  async #beginAgain({ epoch, latest_seq }) {
    const state = await openingState();
    if (!this.#polling.isOn) return false;
    this.#epoch = epoch;
    this.#open({ type: "initial_state", seq: null, data: { ...state, as_of_seq: latest_seq, recovered: false } });
    return true; // What happened while the parts were asked for.
  }
}

export const live = new Live();
