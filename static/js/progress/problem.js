// @ts-check
/** The page's one problem: said beside what failed, with its code and the way on. */
import { ApiError } from "../api.js";
import { drawing, make } from "../components.js";
import { gettext } from "../words.js";

/** @type {HTMLElement | null} */
let shown = null;

/** Takes the problem away. */
export function noProblem() {
  shown?.remove();
  shown = null;
}

/** Whether the same call may still succeed. @param {unknown} error */
export const isWorthRetrying = (error) => error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 409 || error.status === 429);

/** What to say of a failed call. @param {unknown} error @returns {string} */
export function wordsFor(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.code === "NETWORK" ? gettext("🌐 연결이 잠시 불안정합니다. 인터넷 상태 확인 후 다시 시도해주세요.") : error.message || gettext("요청을 처리하지 못했습니다");
}

/**
 * Says what failed at the end of `place`; `again` repeats the call as it was.
 * @param {Element} place
 * @param {unknown} error
 * @param {() => void} again
 */
export function problem(place, error, again) {
  noProblem();
  const words = wordsFor(error);
  const { code, status } = /** @type {ApiError} */ (error);
  const text = make("span", "note__words", words, " ", make("small", "faint", status ? `${code} · ${status}` : code));
  shown = make("div", "note note--loss problem", drawing("icon-warning"), text);
  shown.setAttribute("role", "alert");
  shown.dataset.testid = "progress-problem";
  if (isWorthRetrying(error)) {
    const button = make("button", "button button--small", gettext("다시 시도"));
    button.type = "button";
    button.dataset.testid = "progress-retry";
    button.addEventListener("click", () => { noProblem(); again(); });
    shown.append(button);
  }
  place.append(shown);
}
