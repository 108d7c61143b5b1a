// @ts-check
/** The player's seed pair: the client seed is edited, the server seed rotated away and thereby revealed. */
import { announce } from "../announcer.js";
import { ApiError, post, put } from "../api.js";
import { fieldOf, tell } from "../field.js";
import { toast } from "../toast.js";
import { gettext, number } from "../words.js";

/**
 * @typedef {{ server_seed_hash: string, client_seed: string, nonce: number, next_server_seed_hash: string }} Current
 * @typedef {{ server_seed: string, server_seed_hash: string, client_seed: string, last_nonce: number | null }} Revealed
 */

/** @param {HTMLElement} panel @param {{ revealed: (seed: Revealed) => void }} options */
export function startPair(panel, { revealed }) {
  const form = /** @type {HTMLFormElement} */ (panel.querySelector("form"));
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("rotate"));
  const alert = /** @type {HTMLElement} */ (dialog.querySelector("[role=alert]"));
  const rotation = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));

  /** @param {Current} current */
  function show(current) {
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-pair]"))) {
      const value = current[/** @type {keyof Current} */ (place.dataset.pair)];
      place.textContent = typeof value === "number" ? number(value) : value;
    }
    const { input } = fieldOf(form, "client_seed");
    if (input) input.value = current.client_seed;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { input } = fieldOf(form, "client_seed");
    busy(form, async () => {
      tell(form, "client_seed", "");
      try {
        show(await put("/api/fairness/client-seed", { client_seed: input?.value ?? "" }));
        toast(gettext("클라이언트 시드를 바꿨습니다. 다음 라운드부터 쓰입니다."), { tone: "gain" });
      } catch (error) {
        const words = reason(error, "client_seed");
        tell(form, "client_seed", words);
        announce(words);
        input?.focus();
      }
    });
  });

  dialog.addEventListener("close", () => { alert.hidden = true; tell(rotation, "new_client_seed", ""); });
  rotation.addEventListener("submit", (event) => {
    event.preventDefault();
    const { input } = fieldOf(rotation, "new_client_seed");
    busy(rotation, async () => {
      alert.hidden = true;
      try {
        const answer = await post("/api/fairness/rotate", input?.value ? { client_seed: input.value } : {});
        show(answer.current);
        if (input) input.value = "";
        dialog.close();
        revealed(answer.revealed);
        toast(gettext("서버 시드를 공개했습니다. 이제 누구나 확인할 수 있습니다."), { tone: "gain" });
      } catch (error) {
        alert.textContent = reason(error, "client_seed");
        alert.hidden = false;
      }
    });
  });
}

/** Runs something once while the form's buttons wait. @param {HTMLFormElement} form @param {() => Promise<void>} work */
async function busy(form, work) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  if (button.disabled) return;
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
  }
}

/** @param {unknown} error @param {string} field */
function reason(error, field) {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "NETWORK") return gettext("연결이 끊겼습니다. 다시 시도해 주세요.");
  if (error.code === "ROUND_OPEN") return gettext("진행 중인 라운드가 있습니다. 끝난 뒤에 다시 시도해 주세요.");
  return error.about(field) ?? (error.message || gettext("요청을 처리하지 못했습니다"));
}
