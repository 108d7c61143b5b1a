// @ts-check
/** The crash screen: one round at a time, shown by the server's clock and ended by the server's word. */
import { announce } from "../announcer.js";
import { ApiError, get } from "../api.js";
import { mount } from "../components.js";
import { startMoment } from "../facts.js";
import { balanceFromAnswer, shownGold } from "../gold.js";
import { live } from "../live.js";
import { Asking } from "../play/asking.js";
import { Bet } from "../play/bet.js";
import { Elsewhere } from "../play/elsewhere.js";
import { playKeys } from "../play/keys.js";
import { lever, thud, won } from "../play/sounds.js";
import { betWords, Trouble } from "../play/trouble.js";
import { gettext } from "../words.js";
import { Box } from "./box.js";
import { Clock, pageAsked } from "../clock.js";
import { Flight } from "./flight.js";
import { startPlain } from "./plain.js";
import { flownOf, Results } from "./results.js";
import { endSpoken, Milestones, startSpoken } from "./spoken.js";
import { Target } from "./target.js";

/** @typedef {import("./flight.js").Round} Round */
/** @typedef {import("./box.js").State} State */

const ACTIVE = "/api/games/crash/active";
const CASH_OUT = "/api/games/crash/cashout";
const POLL_MS = 1000;
/** A press meant for the round that just ended is not taken as a new bet. */
const LANDING_MS = 900;

class Crash {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    const read = (/** @type {string} */ id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
    this.table = /** @type {import("./curve.js").CrashTable} */ (read("crash-table"));
    this.form = /** @type {HTMLFormElement} */ (part("bet"));
    /** @type {Round | null} the open round */
    this.round = null;
    /** @type {State} */
    this.state = "idle";
    /** Grows with every change of the truth, so that an older answer can be told. */
    this.turn = 0;
    /** @type {Set<string>} rounds whose end was shown */
    this.ended = new Set();
    this.clock = new Clock();
    this.milestones = new Milestones();
    this.flight = new Flight(part("flight"), this.table, { clock: this.clock, moved: (multiplier) => this.moved(multiplier), due: () => this.refresh() });
    this.results = new Results(root, this.table);
    this.box = new Box(part("box"));
    this.bet = new Bet(this.form, this.table, { balance: shownGold, changed: () => this.target?.show(), step: () => stepOf(this.bet.value) });
    /** @type {Target} */
    this.target = new Target(this.form, this.table, { stake: () => (this.bet.valid ? this.bet.value : NaN), changed: () => this.box.offer(this.bet, this.target) });
    this.trouble = new Trouble(part("alert"), { game: "crash", again: () => this.press(), button: () => this.box.button });
    this.bets = new Asking("/api/games/crash/bet");
    this.outs = new Asking(CASH_OUT);
    this.elsewhere = new Elsewhere({
      subtype: "crash_result",
      has: (id) => this.results.has(id),
      idle: () => this.state === "idle" || this.state === "landing",
      add: (round) => this.results.add(flownOf(round)),
    });
    startPlain(part("plain"), part("flight"), () => this.flight.restyle());
    this.target.show();
    const opening = read("crash-opening");
    const { sent, arrived } = pageAsked();
    this.clock.hear(opening.server_time, sent, arrived);
    if (opening.round) this.adopt(opening.round);
    if (document.body.dataset.player) this.listen();
  }

  listen() {
    this.box.pressed({ place: () => this.place(), leave: () => this.cashOut() });
    playKeys({ Space: () => this.press(), Enter: () => this.press() });
    document.addEventListener("club:switch", () => this.flight.restyle());
    addEventListener("pageshow", (event) => event.persisted && this.refresh());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.open && this.refresh());
    live.on("state", (state) => /** @type {any} */ (state) === "live" && (this.open || this.bets.unanswered) && this.refresh());
    live.on("game_event", ({ data }) => {
      if (data.subtype === "crash_result" && data.round_id === this.round?.round_id) this.finish({ ...this.round, ...data, bet_amount: data.bet, win_amount: data.win });
      else if (data.subtype === "crash_bet" && data.round_id !== this.round?.round_id && this.state !== "placing" && !this.ended.has(data.round_id)) this.refresh();
    });
    // The socket tells of the end; while it is away, or when the round must be over, a page that is seen asks the server.
    setInterval(() => { if (this.open && !document.hidden && (live.state !== "live" || this.flight.isDue)) this.refresh(); }, POLL_MS);
  }

  get open() {
    return this.round !== null;
  }

  /** What the moment offers: to bet, to cash out, or the same again when its answer never came. */
  press() {
    return this.open ? this.cashOut() : this.place();
  }

  /** Whether what is typed can be bet; if not, says why. */
  get playable() {
    if (!this.bet.valid) this.trouble.outOfRange(this.table);
    else if (!this.target.valid) this.trouble.tell(this.target.rule());
    else return true;
    (this.bet.valid ? this.target : this.bet).input.focus();
    return false;
  }

  async place() {
    if (this.state !== "idle" || !(this.bets.unanswered || this.playable)) return;
    const isFirst = !this.bets.unanswered;
    const sent = performance.now();
    this.enter("placing");
    this.trouble.clear();
    lever();
    try {
      const answer = await this.bets.send({ bet_amount: this.bet.value, auto_cashout_multiplier: this.target.asked });
      const isFresh = isFirst && !answer.idempotent_reuse;
      if (isFresh) {
        balanceFromAnswer(answer.balance);
        this.clock.hear(answer.server_time, sent);
      }
      this.take(answer);
      if (!isFresh) await this.refresh(); // an answer of then: what is true now?
    } catch (error) {
      if (this.state === "placing") this.enter("idle");
      this.fail(error, this.bets, (order) => betWords(order.bet_amount));
      await this.refresh();
    }
  }

  async cashOut() {
    const { round, outs } = this;
    if (this.state !== "flying" || !round) return;
    this.enter("sending");
    this.trouble.clear();
    try {
      const answer = await outs.send({ game_id: round.round_id });
      balanceFromAnswer(answer.balance);
      this.take(answer);
    } catch (error) {
      if (this.state === "sending" && this.round === round) this.enter("flying");
      const isOver = this.ended.has(round.round_id); // told by the stream meanwhile: then nothing is left to ask
      if (isOver) outs.unanswered = null;
      if (!isOver || !(error instanceof ApiError && error.status === 0)) this.fail(error, outs, () => gettext("캐시아웃"));
      await this.refresh();
    }
  }

  /** @param {unknown} error @param {Asking} asking @param {(order: any) => string} words */
  fail(error, asking, words) {
    if (!(error instanceof ApiError)) throw error;
    if (asking.unanswered) this.trouble.unanswered(error, words(asking.unanswered.order));
    else this.trouble.refused(error);
  }

  /** Asks the server what is true: the open round, or how it ended. */
  async refresh() {
    const { turn } = this;
    const sent = performance.now();
    const told = await get(ACTIVE, { tries: 1 }).catch(() => null);
    if (!told || turn !== this.turn || this.state === "placing") return;
    if (told.round) {
      this.clock.hear(told.round.server_time, sent);
      this.take(told.round);
    } else if (this.round && told.last_round?.round_id === this.round.round_id) this.take(told.last_round);
    else if (this.round) this.lose(this.round.round_id);
  }

  /** A round as the server told it, open or over. @param {any} round */
  take(round) {
    if (round.status === "active") this.adopt(round);
    else this.finish(round);
  }

  /** Shows an open round from where it is. @param {Round} round */
  adopt(round) {
    if (this.ended.has(round.round_id)) return;
    const isNew = this.round?.round_id !== round.round_id;
    this.round = round;
    if (!isNew) return;
    this.turn += 1;
    this.outs = new Asking(CASH_OUT); // the answer of the last round's may still be on its way
    if (this.bets.unanswered) { this.bets.unanswered = null; this.trouble.clear(); }
    this.milestones.begin();
    this.box.now(round);
    this.flight.fly(round);
    this.enter("flying");
    announce(startSpoken(round));
  }

  /** Shows how a round ended, once. @param {any} end */
  finish(end) {
    if (this.ended.has(end.round_id)) return;
    this.ended.add(end.round_id);
    this.turn += 1;
    this.round = null;
    if (this.bets.unanswered || this.outs.unanswered) this.trouble.clear();
    this.bets.unanswered = this.outs.unanswered = null;
    this.flight.land(end);
    this.box.result(end);
    announce(endSpoken(end));
    (end.win_amount > end.bet_amount ? won : thud)();
    if (end.fair) this.results.add(flownOf(end));
    else this.elsewhere.waiting.add(end.round_id);
    this.land();
  }

  /** The open round is not even the last any more: it ended elsewhere, and its row tells how. @param {string} id */
  lose(id) {
    this.ended.add(id);
    this.turn += 1;
    this.round = null;
    this.outs.unanswered = null;
    this.trouble.clear();
    this.flight.rest();
    this.elsewhere.waiting.add(id);
    this.land();
  }

  land() {
    this.enter("landing");
    this.elsewhere.catchUp();
    setTimeout(() => { if (this.state === "landing") this.enter("idle"); }, LANDING_MS);
  }

  /** @param {number} multiplier */
  moved(multiplier) {
    const gold = this.flight.worth(multiplier);
    this.box.worth(gold);
    this.milestones.passed(multiplier, gold);
  }

  /** @param {State} state */
  enter(state) {
    this.state = state;
    this.box.show(state);
    if (state === "idle") this.box.offer(this.bet, this.target);
  }
}

/** + and − move by a tenth of the stake's magnitude. @param {number} stake */
const stepOf = (stake) => Math.max(1, 10 ** Math.floor(Math.log10(Math.max(1, stake || 1))) / 10);

mount("moment", startMoment);
mount("crash", (root) => {
  new Crash(root);
  root.dataset.ready = "";
});
