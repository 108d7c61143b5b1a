// @ts-check
/** The slot screen: asks the server for one spin at a time and shows what it decided. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, get, post } from "../api.js";
import { mount } from "../components.js";
import { balanceFromAnswer, holdGold, shownGold } from "../gold.js";
import { live } from "../live.js";
import { gettext, signed } from "../words.js";
import { Odds } from "./odds.js";
import { Reels } from "./reels.js";
import { moodOf, lineWords, reelsTold, Result, spoken } from "./result.js";
import * as sounds from "./sounds.js";
import { Spins } from "./spins.js";
import { Stake } from "./stake.js";
import { clearLines, traceLines } from "./trace.js";
import { Trouble } from "./trouble.js";

/** @typedef {{ bet_amount: number, lines: number }} Order */
/** @typedef {{ key: string, order: Order }} Asked */

const INTERACTIVE = "a, button, input, select, textarea, summary, dialog, [contenteditable], [popover]";
const FIRST_TRIES = 3;
/** Longer than the server may take with all its retries: then the answer counts as lost. */
const PATIENCE_MS = 20_000;

class Machine {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.table = /** @type {import("./returns.js").SlotTable} */ (JSON.parse(document.querySelector("#slot-table")?.textContent ?? "{}"));
    this.faces = new Map(this.table.symbols.map((symbol) => [symbol.symbol, symbol]));
    this.reels = new Reels(part("reels"), this.faces);
    this.reels.onStop = sounds.thud;
    this.section = part("machine");
    this.stage = {
      reels: this.reels,
      trace: /** @type {SVGElement} */ (root.querySelector("[data-part=trace]")),
      wins: part("wins"),
      tags: /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".machine__tag")]),
    };
    this.result = new Result(part("result"));
    this.spins = new Spins(root, this.faces);
    this.odds = new Odds(root, this.table);
    this.trouble = new Trouble(part("alert"), { again: () => this.press() });
    this.form = /** @type {HTMLFormElement} */ (part("bet"));
    this.stake = new Stake(this.form, this.table, { balance: shownGold, changed: () => this.odds.show(this.stake) });
    this.button = part("spin");
    /** @type {"idle" | "asking" | "stopping" | "tracing"} */
    this.state = "idle";
    /** @type {Asked | null} a spin sent whose answer never came */
    this.unanswered = null;
    this.tracing = new AbortController();
    /** @type {Set<string>} rounds of other tabs told of while this one was busy */
    this.elsewhere = new Set();
    this.listen();
    this.odds.show(this.stake);
  }

  listen() {
    const signedIn = Boolean(document.body.dataset.player);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (signedIn) this.press();
    });
    this.form.querySelector("[data-part=snap]")?.addEventListener("click", () => this.stake.set(this.stake.value));
    if (!signedIn) return;
    document.addEventListener("keydown", (event) => {
      if (event.code !== "Space" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/** @type {HTMLElement} */ (event.target).closest(INTERACTIVE) || document.querySelector("dialog[open], [popover]:popover-open:not([role=status])")) return;
      event.preventDefault();
      this.press();
    });
    live.on("game_event", ({ data }) => {
      if (data.subtype === "slot_spin") this.heard(data.round_id);
    });
  }

  /** The lever: a new spin, the same one again when its answer never came, or no more waiting for the show. */
  press() {
    if (this.state === "asking") return;
    if (this.state === "stopping") return this.reels.hurry();
    if (this.state === "tracing") this.tracing.abort();
    if (this.unanswered) return this.spin(this.unanswered);
    if (!this.stake.valid) {
      this.trouble.outOfRange(this.table);
      return this.stake.input.focus();
    }
    return this.spin({ key: freshKey(), order: { bet_amount: this.stake.value, lines: this.stake.lines } });
  }

  /** @param {Asked} asked */
  async spin(asked) {
    const release = holdGold();
    this.enter("asking");
    this.trouble.clear();
    clearLines(this.stage);
    delete this.section.dataset.mood;
    this.result.say(gettext("도는 중"), "rolling");
    this.reels.roll();
    sounds.lever();
    try {
      const answer = await post("/api/games/slot/spin", asked.order, { key: asked.key, tries: FIRST_TRIES, signal: AbortSignal.timeout(PATIENCE_MS) });
      this.unanswered = null;
      balanceFromAnswer(answer.balance);
      await this.reveal(answer, release);
    } catch (error) {
      this.fail(error, asked);
    } finally {
      release();
      this.enter("idle");
      this.catchUp();
    }
  }

  /** @param {any} answer @param {() => void} release lets the shown gold follow */
  async reveal(answer, release) {
    const spin = spinOf(answer);
    this.enter("stopping");
    await this.reels.stop(spin.reels);
    const mood = moodOf(spin);
    this.enter("tracing");
    this.section.dataset.mood = mood;
    this.reels.root.dataset.state = mood;
    this.reels.root.setAttribute("aria-label", reelsTold(spin.reels, (face) => this.nameOf(face)));
    this.reels.root.toggleAttribute("data-jackpot", answer.is_jackpot && mood === "won");
    release();
    this.result.show(spin);
    this.spins.add(spin);
    announce(spoken(spin, (face) => this.nameOf(face)));
    if (mood === "won") (answer.is_jackpot ? sounds.jackpot : sounds.won)();
    this.tracing = new AbortController();
    await traceLines(this.stage, spin.win_lines, {
      signal: this.tracing.signal,
      told: (win, at) => { if (mood === "won") sounds.line(at); },
      label: (win) => ({ text: lineWords(win), amount: signed(win.amount) }),
    });
  }

  /** @param {unknown} error @param {Asked} asked */
  fail(error, asked) {
    this.reels.revert();
    this.result.say(gettext("골드를 걸고 돌려 보세요"));
    if (!(error instanceof ApiError)) throw error;
    const mayHaveHappened = error.status === 0 || error.status >= 500 || error.code === "IN_PROGRESS";
    this.unanswered = mayHaveHappened ? asked : null;
    if (mayHaveHappened) this.trouble.unanswered(error, asked.order.bet_amount);
    else this.trouble.refused(error);
  }

  /** @param {Machine["state"]} state */
  enter(state) {
    this.state = state;
    this.button.toggleAttribute("data-busy", state === "asking" || state === "stopping");
  }

  /** A spin of this player was told of by the stream. @param {string} id */
  heard(id) {
    if (this.spins.has(id)) return;
    this.elsewhere.add(id);
    if (this.state === "idle") this.catchUp();
  }

  /** Lists spins made in other tabs or through the API. */
  async catchUp() {
    const ids = [...this.elsewhere].filter((id) => !this.spins.has(id));
    this.elsewhere.clear();
    for (const id of ids) {
      const round = await get(`/api/games/rounds/${encodeURIComponent(id)}`).catch(() => null);
      if (round) this.spins.add(spinOf({ ...round, ...round.outcome }));
    }
  }

  /** @param {string} face */
  nameOf(face) {
    return this.faces.get(face)?.name ?? face;
  }
}

/** @param {any} answer a spin's answer, or a round with its outcome @returns {import("./result.js").Spin} */
const spinOf = ({ round_id, bet_amount, win_amount, reels, win_lines, fair }) => ({ round_id, bet: bet_amount, win: win_amount, reels, win_lines, fair });

mount("slot", (root) => {
  new Machine(root);
  root.dataset.ready = "";
});
