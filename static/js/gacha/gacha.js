// @ts-check
/** The gacha: asks the server for one round of pulls at a time and turns the cards it drew. */
import { announce } from "../announcer.js";
import { ApiError } from "../api.js";
import { mount } from "../components.js";
import { balanceFromAnswer, holdGold } from "../gold.js";
import { Asking } from "../play/asking.js";
import { Elsewhere } from "../play/elsewhere.js";
import { moodOf, netSpoken, Result } from "../play/result.js";
import { lever, tone, won } from "../play/sounds.js";
import { Trouble } from "../play/trouble.js";
import { fill, gettext, language, number } from "../words.js";
import { Cards } from "./cards.js";
import { shownOf } from "./gem.js";
import { Rounds } from "./rounds.js";
import { Standing } from "./standing.js";

/** @typedef {import("./rounds.js").Pulled} Pulled */

const SKIP = "gacha:skip";
const NOTES_HZ = [262, 330, 392, 523, 659];

class Salon {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.part = part;
    this.table = /** @type {import("./gem.js").GachaTable} */ (JSON.parse(document.querySelector("#gacha-table")?.textContent ?? "{}"));
    this.skip = /** @type {HTMLInputElement} */ (part("skip"));
    this.cards = new Cards(part("pulls"), this.table, {
      skips: () => this.skip.checked,
      turned: (drawn) => tone(NOTES_HZ[shownOf(this.table, drawn).rank - 1] ?? NOTES_HZ[0], 196, { lasts: 0.16, shape: "triangle" }),
    });
    this.result = new Result(part("result"));
    this.rounds = new Rounds(root, this.table);
    this.standing = new Standing(root, this.table);
    this.trouble = new Trouble(part("alert"), { game: "gacha", again: () => this.pull(0), button: () => this.pulled });
    this.buttons = /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button[data-count]")]);
    this.asking = new Asking("/api/games/gacha/pull");
    /** @type {"idle" | "asking" | "turning"} */
    this.state = "idle";
    this.elsewhere = new Elsewhere({
      subtype: "gacha_pull",
      has: (id) => this.rounds.has(id),
      idle: () => this.state === "idle",
      add: (round) => {
        this.rounds.add(pulledOf({ ...round, ...round.outcome }));
        this.standing.refresh();
      },
    });
    for (const button of this.buttons) button.addEventListener("click", () => this.press(button));
    this.remember();
    ends(root);
  }

  /** Skipping the turning of cards is a choice that lasts. */
  remember() {
    try {
      this.skip.checked = localStorage.getItem(SKIP) === "on";
      this.skip.addEventListener("change", () => localStorage.setItem(SKIP, this.skip.checked ? "on" : "off"));
    } catch { /* Private windows may refuse storage; the choice then lasts as long as the page. */ }
  }

  /** @param {HTMLButtonElement} button */
  press(button) {
    if (this.state === "asking") return;
    if (this.state === "turning") return this.cards.hurry();
    if (!this.asking.unanswered && button.ariaDisabled === "true") {
      return this.trouble.tell(fill(gettext("오늘은 %(count)s회 더 뽑을 수 있습니다. 횟수는 UTC 자정에 다시 찹니다."), { count: number(this.standing.remaining) }));
    }
    return this.pull(Number(button.dataset.count));
  }

  /** @param {number} wish ignored while an earlier order is unanswered */
  async pull(wish) {
    const release = holdGold();
    const count = this.asking.unanswered?.order.pull_count ?? wish;
    this.enter("asking");
    this.trouble.clear();
    this.part("pulls-empty").hidden = true;
    delete this.part("last").dataset.mood;
    this.part("title").textContent = titleOf(count);
    this.result.say(gettext("서버가 카드를 뽑는 중"), "asking");
    this.cards.deal(count);
    this.part("last").scrollIntoView({ block: "nearest" });
    lever();
    try {
      const answer = await this.asking.send({ pull_count: count, banner: this.table.banner });
      balanceFromAnswer(answer.balance);
      await this.reveal(pulledOf(answer), answer.pity.after, release);
    } catch (error) {
      this.fail(error);
    } finally {
      release();
      this.enter("idle");
      this.elsewhere.catchUp();
    }
  }

  /** @param {Pulled} pulled @param {number} pity @param {() => void} release lets the shown gold follow */
  async reveal(pulled, pity, release) {
    this.enter("turning");
    this.result.say(gettext("카드를 뒤집는 중"), "asking");
    await this.cards.turn(pulled.items);
    this.part("last").dataset.mood = moodOf(pulled);
    this.part("again").hidden = false;
    release();
    this.result.show(pulled, told(pulled));
    this.rounds.add(pulled);
    this.standing.pity(pity);
    this.standing.refresh();
    announce(this.spoken(pulled));
    if (pulled.win > pulled.bet) won();
  }

  /** @param {unknown} error */
  fail(error) {
    this.cards.revert();
    const nothing = this.cards.list.children.length === 0;
    this.part("pulls-empty").hidden = !nothing;
    this.part("title").textContent = nothing ? gettext("뽑은 카드") : titleOf(this.cards.list.children.length);
    this.result.say("", "idle");
    if (!(error instanceof ApiError)) throw error;
    const { unanswered } = this.asking;
    if (unanswered) this.trouble.unanswered(error, pullWords(unanswered.order.pull_count));
    else this.trouble.refused(error);
  }

  /** The button of the pull whose answer is asked for again. */
  get pulled() {
    return this.buttons.find((button) => button.dataset.count === String(this.asking.unanswered?.order.pull_count)) ?? null;
  }

  /** @param {Salon["state"]} state */
  enter(state) {
    this.state = state;
    for (const button of this.buttons) button.toggleAttribute("data-busy", state !== "idle");
  }

  /** Everything for ears: a single card by name, ten by rarity. @param {Pulled} pulled */
  spoken(pulled) {
    const { items } = pulled;
    const names = items.map((drawn) => shownOf(this.table, drawn));
    const fresh = [...new Set(items.filter((drawn) => drawn.is_new).map((drawn) => shownOf(this.table, drawn).name))];
    const cards = items.length === 1
      ? `${names[0].name}, ${names[0].rarity}`
      : Object.keys(this.table.rates).map((rarity) => [rarity, names.filter((item) => item.rarity === rarity).length]).filter(([, count]) => count).map((pair) => pair.join(" ")).join(", ");
    return [cards, fresh.length ? fill(gettext("새 아이템 %(names)s"), { names: fresh.join(", ") }) : "", told(pulled), netSpoken(pulled)].filter(Boolean).join(". ");
  }
}

/** @param {number} count */
const titleOf = (count) => fill(gettext("마지막 %(count)s회 뽑기"), { count });

/** @param {number} count */
const pullWords = (count) => fill(gettext("%(count)s회 뽑기"), { count });

/** What was paid and what came back; more than was paid is the only good news. @param {Pulled} pulled */
function told({ bet, win }) {
  const values = { bet: number(bet), win: number(win) };
  if (win > bet) return fill(gettext("%(bet)sG를 내고 %(win)sG를 돌려받았습니다"), values);
  return win > 0 ? fill(gettext("%(bet)s 중 %(win)s 돌려받음"), values) : gettext("돌려받은 골드 없음");
}

/** When the banner ends, in the visitor's own time. @param {HTMLElement} root */
function ends(root) {
  const time = /** @type {HTMLTimeElement | null} */ (root.querySelector("[data-part=ends]"));
  if (!time) return;
  const when = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(time.dateTime));
  time.textContent = fill(gettext("%(when)s까지"), { when });
}

/** @param {any} answer a pull's answer, or a round with its outcome @returns {Pulled} */
const pulledOf = ({ round_id, bet_amount, win_amount, items, fair }) => ({ round_id, bet: bet_amount, win: win_amount, items, fair });

mount("gacha", (root) => {
  new Salon(root);
  root.dataset.ready = "";
});
