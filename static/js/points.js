// @ts-check
/** The form that gives gold: one key a grant, sent again with every retry of it; the server decides. */
import { ApiError, freshKey, post } from "./api.js";
import { make, mount } from "./components.js";
import { startExpired } from "./expired.js";
import { fieldOf, tell } from "./field.js";
import { toast } from "./toast.js";
import { fill, gettext, number } from "./words.js";

const ID = /^[0-9]+$/;
const AMOUNT = /^0*[1-9][0-9]*$/;

/** @param {HTMLElement} form */
function startPoints(form) {
  const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (fieldOf(form, name).input);
  const [player, amount, memo] = [input("user_id"), input("amount"), input("reason")];
  const go = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const alert = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const label = go.textContent ?? "";
  let key = freshKey();
  let busy = false;
  const show = () => {
    go.disabled = busy || !ID.test(player.value.trim()) || !AMOUNT.test(amount.value.trim());
    go.textContent = busy ? go.dataset.busy ?? label : label;
  };
  form.addEventListener("input", () => { key = freshKey(); show(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    busy = true;
    alert.hidden = true;
    for (const name of ["user_id", "amount", "reason"]) tell(form, name, "");
    show();
    const order = { amount: Number(amount.value.trim()), reason: memo.value.trim() };
    try {
      const granted = await post(`/api/admin/users/${player.value.trim()}/gold/grant`, order, { key });
      key = freshKey();
      amount.value = "";
      tellGranted(granted);
    } catch (error) {
      refused(form, alert, error);
    } finally {
      busy = false;
      show();
    }
  });
  show();
}

/** @param {{user_id: number, granted: number, new_gold_balance: number, receipt_code: string}} granted */
function tellGranted({ user_id, granted, new_gold_balance, receipt_code }) {
  toast(fill(gettext("골드 %(amount)s 지급 완료 (영수증: %(receipt)s)"), { amount: number(granted), receipt: receipt_code }), { tone: "gain" });
  const section = /** @type {HTMLElement} */ (document.querySelector("[data-part=given]"));
  const who = make("a", "underlined", `#${user_id}`);
  who.href = `/admin/accounts/player/${user_id}/change/`;
  const line = make("li", "", who, make("b", "gain", `+${number(granted)}G`), make("span", "soft", `→ ${number(new_gold_balance)}G`), make("code", "faint", receipt_code));
  section.querySelector("ul")?.prepend(line);
  section.hidden = false;
}

/** Says why not: beside the field the server names, and its code. @param {HTMLElement} form @param {HTMLElement} alert @param {unknown} error */
function refused(form, alert, error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 401) document.dispatchEvent(new CustomEvent("club:expired"));
  for (const name of ["amount", "reason"]) tell(form, name, error.about(name) ?? "");
  const words = error.code === "NETWORK" ? gettext("연결이 잠시 불안정합니다. 다시 시도해 주세요.") : error.message;
  /** @type {HTMLElement} */ (alert.querySelector("[data-words]")).textContent = words;
  /** @type {HTMLElement} */ (alert.querySelector("[data-code]")).textContent = error.code;
  alert.hidden = false;
}

mount("points", startPoints);
mount("expired", startExpired);
