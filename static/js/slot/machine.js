// @ts-check
/** The slot screen: asks the server for one spin at a time and shows what it decided. */
import { announce } from "../announcer.js";
import { ApiError } from "../api.js";
import { mount } from "../components.js";
import { balanceFromAnswer, holdGold, shownGold } from "../gold.js";
import { Asking } from "../play/asking.js";
import { Elsewhere } from "../play/elsewhere.js";
import { playKeys } from "../play/keys.js";
import { moodOf, Result } from "../play/result.js";
import { lever, thud, won } from "../play/sounds.js";
import { betWords, Trouble } from "../play/trouble.js";
import { gettext, signed } from "../words.js";
import { LineBet } from "./bet.js";
import { Odds } from "./odds.js";
import { Reels } from "./reels.js";
import { lineWords, reelsTold, spoken, told } from "./result.js";
import * as sounds from "./sounds.js";
import { Spins } from "./spins.js";
import { clearLines, traceLines } from "./trace.js";

class Machine {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.table = /** @type {import("./returns.js").SlotTable} */ (JSON.parse(document.querySelector("#slot-table")?.textContent ?? "{}"));
    this.faces = new Map(this.table.symbols.map((symbol) => [symbol.symbol, symbol]));
    this.reels = new Reels(part("reels"), this.faces);
    this.reels.onStop = thud;
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
    this.trouble = new Trouble(part("alert"), { game: "slot", again: () => this.press(), button: () => this.button });
    this.form = /** @type {HTMLFormElement} */ (part("bet"));
    this.bet = new LineBet(this.form, this.table, { balance: shownGold, changed: () => this.odds.show(this.bet) });
    this.button = part("spin");
    /** @type {"idle" | "asking" | "stopping" | "tracing"} */
    this.state = "idle";
    /** The newest spin: one that is over behind it changes nothing any more. */
    this.turn = 0;
    this.asking = new Asking("/api/games/slot/spin");
    this.tracing = new AbortController();
    this.elsewhere = new Elsewhere({
      subtype: "slot_spin",
      has: (id) => this.spins.has(id),
      idle: () => this.state === "idle",
      add: (round) => this.spins.add(spinOf({ ...round, ...round.outcome })),
    });
    this.listen();
    this.odds.show(this.bet);
  }

  listen() {
    const signedIn = Boolean(document.body.dataset.player);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (signedIn) this.press();
    });
    this.form.querySelector("[data-part=snap]")?.addEventListener("click", () => {
      this.bet.set(this.bet.value);
      this.bet.input.focus();
    });
    if (signedIn) playKeys({ Space: () => this.press() });
  }

  /** The lever: a new spin, the same one again when its answer never came, or no more waiting for the show. */
  press() {
    if (this.state === "asking") return;
    if (this.state === "stopping") return this.reels.hurry();
    if (!this.asking.unanswered && !this.bet.valid) {
      this.trouble.outOfRange(this.table);
      return this.bet.input.focus();
    }
    this.tracing.abort();
    return this.spin({ bet_amount: this.bet.value, lines: this.bet.lines });
  }

  /** @param {{ bet_amount: number, lines: number }} order */
  async spin(order) {
    const turn = (this.turn += 1);
    const release = holdGold();
    this.enter("asking");
    this.trouble.clear();
    clearLines(this.stage);
    delete this.section.dataset.mood;
    this.result.say(gettext("도는 중"), "rolling");
    this.reels.roll();
    lever();
    try {
      const answer = await this.asking.send(order);
      balanceFromAnswer(answer.balance);
      await this.reveal(answer, release);
    } catch (error) {
      this.fail(error);
    } finally {
      release();
      if (turn === this.turn) {
        this.enter("idle");
        this.elsewhere.catchUp();
      }
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
    this.result.show(spin, told(spin));
    this.spins.add(spin);
    announce(spoken(spin, (face) => this.nameOf(face)));
    if (mood === "won") (answer.is_jackpot ? sounds.jackpot : won)();
    this.tracing = new AbortController();
    await traceLines(this.stage, spin.win_lines, {
      signal: this.tracing.signal,
      told: (win, at) => { if (mood === "won") sounds.line(at); },
      label: (win) => ({ text: lineWords(win), amount: signed(win.amount) }),
    });
  }

  /** @param {unknown} error */
  fail(error) {
    this.reels.revert();
    this.result.say(gettext("골드를 걸고 돌려 보세요"));
    if (!(error instanceof ApiError)) throw error;
    const { unanswered } = this.asking;
    if (unanswered) this.trouble.unanswered(error, betWords(unanswered.order.bet_amount));
    else this.trouble.refused(error);
  }

  /** @param {Machine["state"]} state */
  enter(state) {
    this.state = state;
    this.button.toggleAttribute("data-busy", state === "asking" || state === "stopping");
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
