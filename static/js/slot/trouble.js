// @ts-check
/** What went wrong with a spin, said once, with the way on: again with the same key, to the shop, or on with it. */
import { drawing } from "../components.js";
import { fill, gettext, number } from "../words.js";

/** @typedef {import("../api.js").ApiError} ApiError */

export class Trouble {
  /** @param {HTMLElement} region the page's one role="alert" @param {{ again: () => void }} options */
  constructor(region, { again }) {
    this.region = region;
    this.again = again;
  }

  clear() {
    this.region.replaceChildren();
  }

  /** The answer did not arrive; the spin may have happened. @param {ApiError} error @param {number} stake */
  unanswered(error, stake) {
    const words = error.code === "NETWORK"
      ? fill(gettext("연결이 끊겨 %(stake)sG 베팅의 결과를 받지 못했습니다. 다시 시도해도 한 번만 걸립니다."), { stake: number(stake) })
      : fill(gettext("%(stake)sG 베팅의 결과를 아직 받지 못했습니다. 다시 시도해도 한 번만 걸립니다."), { stake: number(stake) });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.dataset.testid = "slot-retry";
    button.append(drawing("icon-retry", "icon icon--small"), gettext("다시 시도"));
    button.addEventListener("click", this.again);
    this.tell(words, codeOf(error), button, "network-error");
  }

  /** The server said no; nothing moved. @param {ApiError} error */
  refused(error) {
    this.tell(error.message || gettext("요청을 처리하지 못했습니다"), codeOf(error), error.code === "INSUFFICIENT_GOLD" ? wayTo("/shop", gettext("골드 채우기")) : null);
  }

  /** The stake cannot be played as typed. @param {{ min_bet: number, max_bet: number }} table */
  outOfRange({ min_bet, max_bet }) {
    this.tell(fill(gettext("베팅 금액은 %(low)s~%(high)s 사이여야 합니다"), { low: number(min_bet), high: number(max_bet) }), "", null);
  }

  /** @param {string} words @param {string} code @param {HTMLElement | null} way @param {string} [testid] */
  tell(words, code, way, testid = "slot-refusal") {
    const note = document.createElement("div");
    note.className = "note note--loss machine__note";
    note.dataset.testid = testid;
    const text = document.createElement("span");
    text.className = "note__words";
    text.textContent = words;
    if (code) {
      const small = document.createElement("small");
      small.className = "note__code";
      small.textContent = code;
      text.append(" ", small);
    }
    note.append(drawing("icon-warning"), text, ...(way ? [way] : []));
    this.region.replaceChildren(note);
  }
}

/** @param {ApiError} error */
const codeOf = (error) => (error.status ? `${error.code} · ${error.status}` : error.code);

/** @param {string} href @param {string} words */
function wayTo(href, words) {
  const link = document.createElement("a");
  link.className = "button button--small";
  link.href = href;
  link.textContent = words;
  return link;
}
