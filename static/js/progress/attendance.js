// @ts-check
/** The attendance card and its dialog: today's reward is claimed once, whichever tab does it. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, get, post } from "../api.js";
import { balanceFromAnswer } from "../gold.js";
import { live } from "../live.js";
import { attendanceWords, rewardToast, toast } from "../toast.js";
import { fill, gettext, number } from "../words.js";
import { turnMonth } from "./calendar.js";
import { fresh } from "./fresh.js";
import { isWorthRetrying, wordsFor } from "./problem.js";

const ATTENDANCE = "DAILY_LOGIN";
const alreadyWords = () => gettext("오늘 출석 보상은 이미 받으셨어요 😎 내일 또 방문하면 더 많은 보너스가 기다립니다!");

/** What to say of a claim that failed. @param {ApiError} error */
function failureWords(error) {
  if (error.code === "NETWORK") return wordsFor(error);
  if (error.status === 401) return gettext("🔐 로그인 후 오늘의 출석 보상을 받을 수 있어요! 먼저 로그인해주세요 😊");
  return fill(gettext("😢 보상 수령에 실패했어요: %(why)s 잠시 후 다시 시도해주세요."), { why: error.message || error.code });
}

export class Daily {
  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.button = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-act=claim]"));
    this.announcer = document.querySelector("[data-testid=announcer]");
    this.isBusy = false;
    this.key = "";
    this.button.addEventListener("click", () => this.claim());
    // What is said must be inside the dialog: all else is out of reach while it is open.
    document.addEventListener("click", (event) => {
      if (/** @type {HTMLElement} */ (event.target).closest?.(`[data-opens="${dialog.id}"]`)) this.opened();
    });
    dialog.addEventListener("close", () => { if (this.announcer) document.body.append(this.announcer); });
    if (dialog.open) this.opened();
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.dialog.querySelector(`[data-part="${name}"]`));
  }

  async opened() {
    if (this.announcer) this.dialog.append(this.announcer);
    const preview = await get("/api/streak/preview", { tries: 2 }).catch(() => null);
    if (!preview || this.isBusy) return;
    this.write(preview);
    if (!preview.claimed_today) this.offer();
    else if (!this.isClaimed) this.taken(alreadyWords());
  }

  /** Whether today's reward is known to be paid. */
  get isClaimed() {
    return !this.part("told").hidden;
  }

  /** @param {any} preview */
  write(preview) {
    this.part("n").textContent = String(preview.streak_count);
    this.part("line").textContent = fill(gettext("연속 %(count)s일 접속 보너스를 받으세요!"), { count: preview.streak_count });
    const numbers = { gold: preview.today_reward_gold, xp: preview.today_reward_xp, "next-gold": preview.next_day_reward_gold, "next-xp": preview.next_day_reward_xp };
    for (const [name, value] of Object.entries(numbers)) this.part(name).textContent = number(value);
  }

  /** Another day: its reward waits. */
  offer() {
    this.button.disabled = false;
    this.button.textContent = gettext("보상 받기!");
    this.part("told").hidden = true;
  }

  /** Today's reward is paid. @param {string} words */
  taken(words) {
    const hadFocus = document.activeElement === this.button;
    this.button.disabled = true;
    this.button.textContent = gettext("이미 수령됨");
    this.part("problem").hidden = true;
    const told = this.part("told");
    told.hidden = false;
    told.textContent = words;
    if (!this.dialog.open) return;
    announce(words);
    if (hadFocus) told.focus({ preventScroll: true });
  }

  async claim() {
    if (this.isBusy) return;
    this.isBusy = true;
    this.button.setAttribute("aria-busy", "true");
    this.part("problem").hidden = true;
    this.key ||= freshKey();
    try {
      const paid = await post("/api/streak/claim", {}, { key: this.key });
      this.key = "";
      balanceFromAnswer(paid.new_gold_balance);
      this.taken(attendanceWords(paid.streak_count, paid.awarded_gold, paid.awarded_xp));
      rewardToast({ reward_type: "streak_daily", amount: paid.awarded_gold, xp_amount: paid.awarded_xp, ref: `streak_daily:${paid.claimed_at.slice(0, 10)}` }, paid.streak_count);
      fresh.soon();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused(error);
    } finally {
      this.isBusy = false;
      this.button.removeAttribute("aria-busy");
    }
  }

  /** @param {ApiError} error */
  refused(error) {
    if (!isWorthRetrying(error)) this.key = "";
    if (error.code === "ALREADY_CLAIMED") {
      fresh.soon();
      return this.taken(alreadyWords());
    }
    const words = this.part("problem");
    words.textContent = failureWords(error);
    words.hidden = false;
  }

  /** What the stream says of today. @param {boolean} isClaimed */
  told(isClaimed) {
    // While the own claim is on its way, its answer tells more.
    if (this.isBusy || isClaimed === this.isClaimed) return;
    if (isClaimed) this.taken(alreadyWords());
    else this.offer();
  }
}

/** @param {HTMLElement} card @param {Daily} daily */
export function startAttendance(card, daily) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (card.querySelector(selector));
  /** @param {any} streak StreakStatus with `claimed_today` */
  const show = (streak) => {
    daily.told(streak.claimed_today);
    if (streak.action_type !== ATTENDANCE) return;
    const count = part("[data-part=count]");
    if (count) count.textContent = fill(gettext("%(count)s일째"), { count: streak.count });
    const tokens = part("[data-part=tokens]");
    if (tokens) tokens.textContent = String(streak.protection.tokens);
    part("[data-act=protect]")?.setAttribute("aria-checked", String(streak.protection.enabled));
  };
  live.on("initial_state", ({ data }) => { if (data.streak) show(data.streak); });
  live.on("streak_update", ({ data, seq, replayed }) => {
    if (replayed) return;
    fresh.heard(seq);
    show(data);
    fresh.soon();
  });
  card.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement} */ (event.target).closest("[data-turn], [data-act=protect]");
    if (!(pressed instanceof HTMLButtonElement)) return;
    const month = /** @type {HTMLElement | null} */ (pressed.closest("[data-month]"));
    if (month) turnMonth(month, Number(pressed.dataset.turn));
    else protect(pressed);
  });
}

/** @param {HTMLButtonElement} button */
async function protect(button) {
  const enabled = button.getAttribute("aria-checked") !== "true";
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await post("/api/streak/protection", { enabled });
    button.setAttribute("aria-checked", String(answer.enabled));
    toast(answer.enabled ? gettext("빠진 날 보호를 켰습니다.") : gettext("빠진 날 보호를 껐습니다."));
  } catch (error) {
    toast(wordsFor(error), { tone: "loss" });
  } finally {
    button.removeAttribute("aria-busy");
  }
}
