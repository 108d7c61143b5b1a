// @ts-check
/** The bet box: what is at stake now, and the one large button, which bets between rounds and cashes out during one. */
import { moodOf, resultTone, sentence } from "../play/result.js";
import { fill, gettext, language, number, signed } from "../words.js";
import { hundredths, told } from "./curve.js";

/** @typedef {import("./flight.js").Round} Round */
/** @typedef {"idle" | "placing" | "flying" | "sending" | "landing"} State */

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export class Box {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part=${name}]`));
    this.root = root;
    this.label = part("now-label");
    this.stake = part("now-stake");
    this.unit = part("now-unit");
    this.facts = part("now-facts");
    this.placing = part("place");
    this.leaving = part("cashout");
    this.placingVerb = part("place-verb");
    this.verb = part("cashout-verb");
    this.price = part("price");
    this.amount = part("amount");
    /** Whether the place beside the label tells of a result, until the next bet. */
    this.tells = false;
  }

  /**
   * Hears presses; the second of a double press, and a key held down, are none. Enter in a field presses `place`.
   * @param {{ place: () => void, leave: () => void }} presses
   */
  pressed({ place, leave }) {
    let held = false;
    for (const [button, press] of /** @type {[HTMLElement, () => void][]} */ ([[this.placing, place], [this.leaving, leave]])) {
      button.addEventListener("click", (event) => { if (event.detail <= 1) press(); });
      button.addEventListener("keydown", (event) => { if (event.repeat) { held = true; event.preventDefault(); } });
      button.addEventListener("keyup", (event) => { if (held) event.preventDefault(); held = false; });
    }
  }

  /** What the moment offers. */
  get button() {
    return this.placing.hidden ? this.leaving : this.placing;
  }

  /** @param {State} state */
  show(state) {
    const [flies, had, before] = [state === "flying" || state === "sending", document.activeElement, this.root.dataset.state];
    const own = had === this.placing || had === this.leaving || (before === "placing" && flies && this.root.contains(had));
    this.root.dataset.state = state;
    this.placing.hidden = flies;
    this.leaving.hidden = !flies;
    this.placing.setAttribute("aria-disabled", String(state === "placing" || state === "landing"));
    this.leaving.setAttribute("aria-disabled", String(state === "sending"));
    this.placingVerb.textContent = state === "placing" ? gettext("거는 중") : state === "landing" ? gettext("라운드가 끝났습니다") : gettext("베팅");
    this.verb.textContent = state === "sending" ? gettext("보냄 · 서버의 배수를 기다립니다") : gettext("캐시아웃");
    if (own && state !== "sending") (flies ? this.leaving : this.placing).focus({ preventScroll: true });
  }

  /** What the next bet is, while none runs. @param {import("../play/bet.js").Bet} bet @param {import("./target.js").Target} target */
  offer(bet, target) {
    this.price.textContent = bet.valid ? number(bet.value) : "–";
    if (this.root.dataset.state !== "idle" || this.tells) return;
    this.label.textContent = gettext("다음 라운드");
    this.write(bet.valid ? number(bet.value) : "–", gettext("G 베팅"), "");
    this.facts.textContent = target.on && target.valid ? fill(gettext("%(times)s에서 자동 캐시아웃"), { times: told(target.value) }) : gettext("직접 캐시아웃");
  }

  /** The open round. @param {Round} round */
  now(round) {
    this.tells = false;
    this.label.textContent = gettext("이번 라운드");
    this.write(number(round.bet_amount), gettext("G 베팅"), "");
    this.facts.textContent = fill(gettext("%(time)s 접수 · 라운드 %(id)s"), { time: clock.format(new Date(round.started_at)), id: round.round_id.slice(0, 4) });
  }

  /** What leaving now would pay. @param {number} gold */
  worth(gold) {
    if (this.root.dataset.state === "sending") return; // what was asked for stays in sight until the server tells what it is
    this.amount.textContent = number(gold);
  }

  /** What the round came to, net first; what came back at or below the stake is told without cheer. @param {Round} end */
  result({ bet_amount: bet, win_amount: win, cashout_multiplier, crash_point }) {
    this.tells = true;
    const times = told(hundredths(/** @type {number} */ (cashout_multiplier ?? crash_point)));
    this.label.textContent = cashout_multiplier === null ? fill(gettext("%(times)s에 크래시"), { times }) : fill(gettext("%(times)s에 캐시아웃"), { times });
    this.write(signed(win - bet), "G", resultTone({ bet, win }));
    this.facts.textContent = sentence({ bet, win }) || fill(gettext("%(gold)sG를 잃었습니다"), { gold: number(bet) });
    this.root.dataset.mood = moodOf({ bet, win });
  }

  /** @param {string} stake @param {string} unit @param {string} tone */
  write(stake, unit, tone) {
    this.stake.textContent = stake;
    this.stake.className = tone;
    this.unit.textContent = unit;
    if (!tone) delete this.root.dataset.mood;
  }
}
