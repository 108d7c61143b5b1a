// @ts-check
/** The profile page: history and ledger page by page, devices, nickname and password. */
import { ApiError, get, post, put, remove } from "./api.js";
import { make, mount } from "./components.js";
import { startLevel, startMoment, startStats } from "./facts.js";
import { fieldOf, tell } from "./field.js";
import { live } from "./live.js";
import { startPeek } from "./peek.js";
import { startHistory } from "./records/list.js";
import { soon } from "./soon.js";
import { toast } from "./toast.js";
import { gettext, moment, number, signed, tone } from "./words.js";

const ROWS = 10;

/** The message of a failed call, with its code. @param {unknown} error */
function reason(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.code === "NETWORK" ? gettext("연결이 잠시 불안정합니다. 다시 시도해 주세요.") : error.message;
}

/** @param {string} kind */
function kindName(kind) {
  const names = /** @type {Record<string, string>} */ ({
    signup_grant: gettext("가입 축하 골드"), slot_bet: gettext("슬롯 베팅"), slot_win: gettext("슬롯 지급"),
    rps_bet: gettext("가위바위보 베팅"), rps_win: gettext("가위바위보 지급"), rps_draw: gettext("가위바위보 무승부"),
    gacha_pull: gettext("가챠 뽑기"), gacha_win: gettext("가챠 아이템 가치"), crash_bet: gettext("크래시 베팅"), crash_win: gettext("크래시 지급"), shop_spend: gettext("상점 교환"),
    topup: gettext("골드 충전"), limited_topup: gettext("한정 묶음 충전"), refund_spend: gettext("교환 환불"), refund_topup: gettext("충전 환불"),
    admin_grant: gettext("클럽이 드린 골드"), reward_grant: gettext("보상"), streak_reward: gettext("출석 보상"), event_reward: gettext("이벤트 보상"), mission_reward: gettext("미션 보상"), seed_reset: gettext("초기화"),
  });
  return names[kind] ?? kind;
}

/** @param {any} entry */
function ledgerRow(entry) {
  const time = make("time", "", moment(entry.created_at));
  time.dateTime = entry.created_at;
  const short = entry.reference.length > 14 ? `${entry.reference.slice(0, 13)}…` : entry.reference;
  const row = make("tr", "", make("td", "", kindName(entry.kind)), make("td", "faint", make("code", "", short)), make("td", "end soft", time),
    make("td", `end strong ${tone(entry.amount)}`, signed(entry.amount)), make("td", "end", number(entry.balance_after)));
  row.dataset.key = String(entry.id);
  return row;
}

/** @param {HTMLElement} panel */
function startLedger(panel) {
  const body = panel.querySelector("tbody");
  const more = /** @type {HTMLButtonElement | null} */ (panel.querySelector("[data-more]"));
  let cursor = panel.dataset.cursor;
  more?.addEventListener("click", async () => {
    more.disabled = true;
    try {
      const page = await get(`/api/users/ledger?limit=20&cursor=${encodeURIComponent(cursor ?? "")}`);
      body?.append(...page.items.map(ledgerRow));
      cursor = page.next_cursor;
      more.hidden = !cursor;
    } catch (error) {
      toast(reason(error), { tone: "loss" });
    } finally {
      more.disabled = false;
    }
  });
  const catchUp = soon(async () => {
    const page = await get(`/api/users/ledger?limit=${ROWS}`).catch(() => null);
    if (!page || !body) return;
    const known = new Set([...body.rows].map((row) => row.dataset.key));
    const fresh = page.items.filter((/** @type {any} */ entry) => !known.has(String(entry.id)));
    if (fresh.length < page.items.length) return body.prepend(...fresh.map(ledgerRow));
    // More happened than a page tells: what was shown no longer follows.
    body.replaceChildren(...fresh.map(ledgerRow));
    cursor = page.next_cursor;
    if (more) more.hidden = !cursor;
  });
  live.on("profile_update", ({ data }) => { if (data.changes?.gold_balance !== undefined) catchUp(); });
  live.on("initial_state", ({ data }) => { if (data.recovered === false) catchUp(); });
}

/** @param {HTMLElement} panel */
function startDevices(panel) {
  panel.addEventListener("click", async (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-revoke]"));
    if (!button) return;
    button.disabled = true;
    try {
      await remove(`/api/auth/sessions/${button.dataset.revoke}`);
      button.closest("li")?.remove();
      toast(gettext("그 기기에서 로그아웃했습니다."));
    } catch (error) {
      button.disabled = false;
      toast(reason(error), { tone: "loss" });
    }
  });
  panel.querySelector("[data-everywhere]")?.addEventListener("click", async () => {
    try {
      await post("/api/auth/logout-all");
      location.assign("/login");
    } catch (error) {
      toast(reason(error), { tone: "loss" });
    }
  });
}

/** @param {HTMLElement} panel */
function startAccount(panel) {
  const alert = /** @type {HTMLElement | null} */ (panel.querySelector("[role=alert]"));
  for (const form of panel.querySelectorAll("form")) form.addEventListener("submit", (event) => { event.preventDefault(); save(form); });

  /** @param {HTMLFormElement} form */
  async function save(form) {
    const fields = form.dataset.form === "password" ? ["current_password", "password"] : ["nickname"];
    const body = Object.fromEntries(fields.map((name) => [name, fieldOf(form, name).input?.value ?? ""]));
    const button = form.querySelector("[type=submit]");
    for (const name of fields) tell(form, name, "");
    if (alert) alert.hidden = true;
    button?.setAttribute("disabled", "");
    try {
      const profile = await put("/api/auth/me", body);
      if (form.dataset.form === "password") form.reset();
      for (const place of document.querySelectorAll("[data-nickname]")) place.textContent = profile.nickname;
      toast(form.dataset.form === "password" ? gettext("비밀번호를 바꿨습니다.") : gettext("닉네임을 바꿨습니다."), { tone: "gain" });
    } catch (error) {
      complain(form, fields, error);
    } finally {
      button?.removeAttribute("disabled");
    }
  }

  /** @param {HTMLFormElement} form @param {string[]} fields @param {unknown} error */
  function complain(form, fields, error) {
    const message = reason(error);
    if (!(error instanceof ApiError)) return;
    const told = fields.filter((name) => { const text = error.about(name); if (text) tell(form, name, text); return text; });
    if (error.code === "NICKNAME_TAKEN") tell(form, "nickname", message);
    else if (error.code === "CURRENT_PASSWORD_WRONG") tell(form, "current_password", message);
    else if (told.length === 0 && alert) { alert.textContent = message; alert.hidden = false; }
    fieldOf(form, told[0] ?? fields[0]).input?.focus();
  }
}

/** @param {HTMLElement} dialog */
function startLeave(dialog) {
  const form = dialog.querySelector("form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { input } = fieldOf(form, "password");
    try {
      await post("/api/auth/me/delete", { password: input?.value ?? "" });
      location.assign("/");
    } catch (error) {
      tell(form, "password", reason(error));
      input?.focus();
    }
  });
}

mount("stats", startStats);
mount("level", startLevel);
mount("moment", startMoment);
mount("history", (panel) => startHistory(panel));
mount("ledger", startLedger);
mount("devices", startDevices);
mount("account", startAccount);
mount("leave", startLeave);
mount("peek", startPeek);
