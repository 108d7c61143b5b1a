// @ts-check
/** Log in, sign up, reset: the forms work without this; it shows passwords, counts locks down, checks format and invite while typing. */
import { ApiError, post } from "./api.js";
import { mount } from "./components.js";
import { fieldOf, tell } from "./field.js";
import { startPeek } from "./peek.js";
import { gettext } from "./words.js";

/** @param {HTMLElement} form */
function startLogin(form) {
  const go = /** @type {HTMLButtonElement | null} */ (form.querySelector("[data-go]"));
  const clock = /** @type {HTMLElement | null} */ (form.querySelector("[data-countdown]"));
  const words = form.querySelector("[data-words]");
  const alert = /** @type {HTMLElement | null} */ (form.querySelector("[role=alert]"));
  form.addEventListener("submit", (event) => {
    const empty = [...form.querySelectorAll("input[required]")].find((input) => !(/** @type {HTMLInputElement} */ (input).value));
    if (!empty || !words || !alert) return;
    event.preventDefault();
    words.textContent = gettext("모든 필드를 입력해주세요.");
    const code = alert.querySelector("[data-code]");
    if (code) code.textContent = "";
    alert.hidden = false;
    /** @type {HTMLInputElement} */ (empty).focus();
  });
  const seconds = Number(clock?.dataset.countdown);
  if (seconds > 0 && clock && go) countDown(clock, go, seconds);
}

/** @param {HTMLElement} clock @param {HTMLButtonElement} go @param {number} seconds */
function countDown(clock, go, seconds) {
  const end = Date.now() + seconds * 1000;
  go.disabled = true;
  const show = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(ticking);
    go.disabled = false;
    clock.closest("[data-lock]")?.setAttribute("hidden", "");
  };
  const ticking = setInterval(show, 1000);
  show();
}

/** What each field must look like. @type {Record<string, (value: string, form: HTMLElement) => string>} */
const FORMATS = {
  site_id: (value) => (/^[A-Za-z0-9_.-]{3,50}$/.test(value) ? "" : gettext("영문, 숫자, _ . - 로 3–50자여야 합니다")),
  nickname: (value) => (value.trim().length >= 2 && value.length <= 50 ? "" : gettext("2–50자여야 합니다")),
  phone_number: (value) => (value === "" || /^[0-9]{10,15}$/.test(value) ? "" : gettext("숫자 10–15자리여야 합니다")),
  password: (value) => (value.length >= 8 ? "" : gettext("비밀번호는 8글자 이상이어야 합니다")),
  confirm_password: (value, form) => (value === fieldOf(form, "password").input?.value ? "" : gettext("비밀번호가 서로 다릅니다")),
  invite_code: (value) => (value.trim() ? "" : gettext("초대코드가 필요합니다")),
};

/** Judges these fields when they are left, and while a bad one is mended. @param {HTMLElement} form @param {string[]} names */
function watch(form, names) {
  for (const name of names) {
    const { input, field } = fieldOf(form, name);
    if (!input || !field) continue;
    const check = () => tell(form, name, FORMATS[name](input.value, form));
    input.addEventListener("blur", () => { if (input.value) check(); });
    input.addEventListener("input", () => { if (field.classList.contains("field--bad")) check(); });
  }
}

/** Those of the fields that are wrong, each told so. @param {HTMLElement} form @param {string[]} names */
const wrong = (form, names) => names.filter((name) => {
  const text = FORMATS[name](fieldOf(form, name).input?.value ?? "", form);
  if (text) tell(form, name, text);
  return text;
});

/** @param {HTMLElement} form */
function startSignup(form) {
  const names = Object.keys(FORMATS);
  watch(form, names);
  const invite = fieldOf(form, "invite_code").input;
  invite?.addEventListener("change", () => checkInvite(form, invite.value.trim()));
  form.addEventListener("submit", (event) => {
    const bad = wrong(form, names);
    const terms = fieldOf(form, "accept_terms").input;
    if (terms && !terms.checked) {
      tell(form, "accept_terms", gettext("18세 이상 확인과 약관 동의가 필요합니다"));
      bad.push("accept_terms");
    }
    if (bad.length === 0) return;
    event.preventDefault();
    fieldOf(form, bad[0]).input?.focus();
  });
  fieldOf(form, "accept_terms").input?.addEventListener("change", () => tell(form, "accept_terms", ""));
}

/** As at logging in, with a new password typed twice. @param {HTMLElement} form */
function startReset(form) {
  const names = ["password", "confirm_password"];
  startLogin(form);
  watch(form, names);
  form.addEventListener("submit", (event) => {
    const bad = event.defaultPrevented ? [] : wrong(form, names);
    if (bad.length === 0) return;
    event.preventDefault();
    fieldOf(form, bad[0]).input?.focus();
  });
}

/** @param {HTMLElement} form @param {string} code */
async function checkInvite(form, code) {
  if (!code) return;
  try {
    const answer = await post("/api/auth/verify-invite", { code }, { tries: 1 });
    if (fieldOf(form, "invite_code").input?.value.trim() !== code) return;
    if (answer.is_valid) tell(form, "invite_code", gettext("쓸 수 있는 초대코드입니다"), "good");
    else tell(form, "invite_code", answer.error_message ?? gettext("유효하지 않은 초대코드입니다"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // The live check is a courtesy: when it cannot be made, signing up itself decides.
  }
}

mount("login", startLogin);
mount("signup", startSignup);
mount("reset", startReset);
mount("peek", startPeek);
