// @ts-check
/** The stage: the multiplier, the words around it and the curve, all from the round's start by the server's clock. */
import { still } from "../components.js";
import { fill, gettext, language } from "../words.js";
import { decimals, growthOf, hundredths, multiplierAt, payout, timeOf, told } from "./curve.js";
import { Plot } from "./plot.js";

/** @typedef {import("./curve.js").CrashTable} CrashTable */
/** @typedef {{ round_id: string, bet_amount: number, status: string, started_at: string, growth_rate: number, auto_cashout_multiplier: number | null, cashout_multiplier: number | null, crash_point: number | null, win_amount: number }} Round a CrashRound of the API */

const STEP_MS = 500;
const seconds = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export class Flight {
  /**
   * @param {HTMLElement} root
   * @param {CrashTable} table
   * @param {{ clock: import("../clock.js").Clock, moved: (multiplier: number) => void, due: () => void }} options
   *   `moved` hears every multiplier shown, `due` once when the round must be over by its own target or the top
   */
  constructor(root, table, { clock, moved, due }) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part=${name}]`));
    this.root = root;
    this.table = table;
    this.clock = clock;
    this.moved = moved;
    this.due = due;
    this.words = part("state");
    this.multi = part("multi");
    this.sub = part("sub");
    this.plot = new Plot(/** @type {HTMLCanvasElement} */ (part("plot")));
    /** @type {Round | null} */
    this.round = null;
    /** @type {import("./curve.js").Growth} */
    this.growth = table;
    this.startedAt = 0;
    this.limitMs = 0;
    this.isDue = false;
    this.frame = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.step = undefined;
    this.picture(0, { lost: false, ahead: true });
  }

  /** Nothing but the clock runs: the page is read as text, or pictures must keep still. */
  get stepwise() {
    return still() || this.root.hasAttribute("data-plain");
  }

  /** Shows an open round from where it is now. @param {Round} round */
  fly(round) {
    this.stop();
    this.round = round;
    this.growth = growthOf(round, this.table);
    this.startedAt = Date.parse(round.started_at);
    const { auto_cashout_multiplier: target } = round;
    this.limitMs = timeOf(this.growth, target === null ? this.table.top : hundredths(target));
    this.isDue = false;
    this.say("active", gettext("라운드 진행 중"));
    this.tick();
  }

  tick() {
    const elapsed = Math.min(Math.max(0, this.clock.now() - this.startedAt), this.limitMs);
    this.show(elapsed);
    if (elapsed === this.limitMs) {
      this.sub.textContent = gettext("서버의 결과를 기다리는 중");
      if (!this.isDue) { this.isDue = true; this.due(); }
    } else if (this.stepwise) this.step = setTimeout(() => this.tick(), STEP_MS);
    else this.frame = requestAnimationFrame(() => this.tick());
  }

  /** @param {number} elapsed */
  show(elapsed) {
    const multiplier = multiplierAt(this.growth, elapsed);
    this.multi.textContent = decimals(multiplier);
    this.sub.textContent = fill(gettext("%(seconds)s초"), { seconds: seconds.format(elapsed / 1000) });
    this.picture(elapsed, { lost: false, ahead: this.stepwise });
    this.moved(multiplier);
  }

  /** @param {number} elapsed @param {{ lost: boolean, ahead: boolean }} look */
  picture(elapsed, { lost, ahead }) {
    if (this.root.hasAttribute("data-plain")) return;
    const rate = this.growth.growth_millionths / 1e6;
    const target = this.round?.auto_cashout_multiplier ?? null;
    this.plot.draw({
      elapsed, lost, ahead, goal: target,
      multiplier: Math.exp(rate * elapsed),
      at: (ms) => Math.exp(rate * ms),
      when: (times) => Math.log(times) / rate,
      goalWords: target === null ? "" : fill(gettext("자동 %(times)s"), { times: told(hundredths(target)) }),
    });
  }

  /** Shows how a round ended: where it crashed, or where it was left. @param {Round} end */
  land(end) {
    this.stop();
    this.round = end;
    this.growth = growthOf(end, this.table);
    const lost = end.cashout_multiplier === null;
    const shown = hundredths(/** @type {number} */ (lost ? end.crash_point : end.cashout_multiplier));
    this.multi.textContent = decimals(shown);
    this.picture(timeOf(this.growth, shown), { lost, ahead: false });
    this.say(lost ? "crashed" : end.win_amount > end.bet_amount ? "won" : "returned", headline(end));
    this.sub.textContent = lost ? "" : fill(gettext("크래시는 %(times)s"), { times: told(hundredths(/** @type {number} */ (end.crash_point))) });
  }

  /** Between rounds with nothing to tell: the way ahead. */
  rest() {
    this.stop();
    this.round = null;
    this.growth = this.table;
    this.picture(0, { lost: false, ahead: true });
    this.multi.textContent = decimals(100);
    this.sub.textContent = "";
    this.say("idle", gettext("다음 라운드를 기다립니다"));
  }

  stop() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.step);
  }

  /** Takes up a changed look: text or curve, moving or still. */
  restyle() {
    this.stop();
    this.plot.fit();
    if (!this.round) this.picture(0, { lost: false, ahead: true });
    else if (this.round.status === "active") this.tick();
    else this.land(this.round);
  }

  /** @param {string} state @param {string} words */
  say(state, words) {
    this.root.dataset.state = state;
    this.words.textContent = words;
  }

  /** What leaving at this multiplier would pay. @param {number} multiplier */
  worth(multiplier) {
    return payout(this.round?.bet_amount ?? 0, multiplier);
  }
}

/** @param {Round} end */
function headline({ status }) {
  if (status === "crashed") return gettext("크래시");
  return status === "auto_cashed" ? gettext("자동으로 캐시아웃했습니다") : gettext("캐시아웃했습니다");
}
