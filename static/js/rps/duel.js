// @ts-check
/** Rock-paper-scissors: one press stakes and throws; the server's hand was sealed before and is opened with ours. */
import { announce } from "../announcer.js";
import { ApiError } from "../api.js";
import { mount } from "../components.js";
import { balanceFromAnswer, holdGold, shownGold } from "../gold.js";
import { Asking } from "../play/asking.js";
import { Bet } from "../play/bet.js";
import { Elsewhere } from "../play/elsewhere.js";
import { playKeys } from "../play/keys.js";
import { moodOf, netSpoken, Result, resultTone, sentence } from "../play/result.js";
import { lever, thud, won } from "../play/sounds.js";
import { betWords, Trouble } from "../play/trouble.js";
import { fill, gettext, number } from "../words.js";
import { Duels } from "./duels.js";
import { Odds } from "./odds.js";
import { Stage } from "./stage.js";

/** @typedef {import("./duels.js").Duel} Duel */

class Table {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.table = /** @type {import("./returns.js").RpsTable} */ (JSON.parse(document.querySelector("#rps-table")?.textContent ?? "{}"));
    this.form = part("duel");
    this.word = part("word");
    this.stage = new Stage(this.form, part);
    this.result = new Result(part("result"));
    this.duels = new Duels(root, this.table);
    this.odds = new Odds(root, this.table);
    this.trouble = new Trouble(part("alert"), { game: "rps", again: () => this.throw({}), button: () => this.thrown });
    this.bet = new Bet(this.form, this.table, { balance: shownGold, changed: () => this.odds.show(this.bet), step: () => this.odds.unit });
    this.buttons = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button[data-choice]")]);
    this.asking = new Asking("/api/games/rps/play");
    /** @type {"idle" | "asking" | "opening"} */
    this.state = "idle";
    this.elsewhere = new Elsewhere({
      subtype: "rps_play",
      has: (id) => this.duels.has(id),
      idle: () => this.state === "idle",
      add: (round) => this.duels.add(duelOf({ ...round, ...round.outcome })),
    });
    part("snap").addEventListener("click", () => {
      this.bet.set(this.odds.whole(this.bet.value));
      this.bet.input.focus();
    });
    for (const button of this.buttons) button.addEventListener("click", () => this.press(button.dataset.choice ?? ""));
    const keys = this.buttons.flatMap((button, at) => ["Digit", "Numpad"].map((row) => [`${row}${at + 1}`, () => this.press(button.dataset.choice ?? "")]));
    playKeys(Object.fromEntries(keys), "[data-choice]");
    this.odds.show(this.bet);
  }

  /** A hand is thrown; a second press does not wait for the beat. @param {string} choice */
  press(choice) {
    if (this.state === "asking") return;
    if (this.state === "opening") return this.stage.hurry();
    if (!this.asking.unanswered && !this.bet.valid) {
      this.trouble.outOfRange(this.table);
      return this.bet.input.focus();
    }
    return this.throw({ choice, bet_amount: this.bet.value });
  }

  /** @param {object} order ignored while an earlier one is unanswered */
  async throw(order) {
    const release = holdGold();
    this.enter("asking");
    this.trouble.clear();
    this.choose(this.asking.unanswered?.order ?? order);
    this.word.textContent = "";
    this.result.say(gettext("가위바위보!"), "asking");
    this.stage.beat();
    lever();
    try {
      const answer = await this.asking.send(order);
      balanceFromAnswer(answer.balance);
      await this.open(duelOf(answer), release);
    } catch (error) {
      this.fail(error);
    } finally {
      release();
      this.enter("idle");
      this.elsewhere.catchUp();
    }
  }

  /** @param {Duel} duel @param {() => void} release lets the shown gold follow */
  async open(duel, release) {
    this.enter("opening");
    await this.stage.open({ mine: duel.choice, house: duel.house }, (hand) => this.duels.nameOf(hand));
    const name = this.table.results[duel.result];
    this.form.dataset.mood = moodOf(duel);
    this.word.textContent = name;
    this.word.className = `duel__word ${resultTone(duel)}`;
    release();
    this.result.show(duel, told(duel));
    this.duels.add(duel);
    announce([fill(gettext("나 %(mine)s, 하우스 %(house)s"), { mine: this.duels.nameOf(duel.choice), house: this.duels.nameOf(duel.house) }), name, sentence(duel) && told(duel), netSpoken(duel)].filter(Boolean).join(". "));
    (duel.win > duel.bet ? won : thud)();
  }

  /** @param {unknown} error */
  fail(error) {
    this.stage.close(gettext("봉인됨"));
    this.choose({});
    this.result.say(gettext("손을 고르면 동시에 엽니다"));
    if (!(error instanceof ApiError)) throw error;
    const { unanswered } = this.asking;
    if (unanswered) this.trouble.unanswered(error, betWords(unanswered.order.bet_amount));
    else this.trouble.refused(error);
  }

  /** The button of the hand whose answer is asked for again. */
  get thrown() {
    return this.buttons.find((button) => button.dataset.choice === this.asking.unanswered?.order.choice) ?? null;
  }

  /** Marks the hand thrown. @param {{ choice?: string }} order */
  choose({ choice = "" }) {
    for (const button of this.buttons) button.toggleAttribute("data-chosen", button.dataset.choice === choice);
  }

  /** @param {Table["state"]} state */
  enter(state) {
    this.state = state;
    for (const button of this.buttons) button.toggleAttribute("data-busy", state !== "idle");
  }
}

/** A draw is stated as what it is. @param {Duel} duel */
function told(duel) {
  if (duel.result === "draw" && duel.win === duel.bet) return fill(gettext("베팅 %(bet)sG를 그대로 돌려받았습니다"), { bet: number(duel.bet) });
  return sentence(duel) || fill(gettext("베팅 %(bet)sG를 잃었습니다"), { bet: number(duel.bet) });
}

/** @param {any} answer a play's answer, or a round with its outcome @returns {Duel} */
const duelOf = ({ round_id, bet_amount, win_amount, player_choice, computer_choice, result, fair }) => ({ round_id, bet: bet_amount, win: win_amount, choice: player_choice, house: computer_choice, result, fair });

mount("rps", (root) => {
  new Table(root);
  root.dataset.ready = "";
});
