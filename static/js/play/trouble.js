// @ts-check
/** What went wrong with an order, said once, with the way on: again with the same key, to the shop, or on with it. */
import { drawing } from "../components.js";
import { fill, gettext, number } from "../words.js";

/** @typedef {import("../api.js").ApiError} ApiError */

export class Trouble {
  /**
   * @param {HTMLElement} region the page's one role="alert"
   * @param {{ game: string, again: () => void, button: () => HTMLElement | null }} options `game` names the test ids `{game}-retry`
   *   and `{game}-refusal`; `again` sends the unanswered order once more; `button`: the game's own, on to which the focus goes
   */
  constructor(region, { game, again, button }) {
    this.region = region;
    this.game = game;
    this.again = again;
    this.button = button;
  }

  clear() {
    const hadFocus = this.region.contains(document.activeElement);
    this.region.replaceChildren();
    if (hadFocus) this.button()?.focus({ preventScroll: true });
  }

  /** The answer did not arrive; the order may have happened. @param {ApiError} error @param {string} order in words: "100G 베팅" */
  unanswered(error, order) {
    const words = error.code === "NETWORK"
      ? fill(gettext("연결이 끊겨 %(order)s의 결과를 받지 못했습니다. 다시 시도해도 한 번만 처리됩니다."), { order })
      : fill(gettext("%(order)s의 결과를 아직 받지 못했습니다. 다시 시도해도 한 번만 처리됩니다."), { order });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.dataset.testid = `${this.game}-retry`;
    button.append(drawing("icon-retry", "icon icon--small"), gettext("다시 시도"));
    button.addEventListener("click", this.again);
    this.tell(words, { code: codeOf(error), way: button, testid: "network-error" });
  }

  /** The server said no; nothing moved. @param {ApiError} error */
  refused(error) {
    const words = error.message || gettext("요청을 처리하지 못했습니다");
    this.tell(words, { code: codeOf(error), way: error.code === "INSUFFICIENT_GOLD" ? wayTo("/shop", gettext("골드 채우기")) : null });
  }

  /** The stake cannot be played as typed. @param {import("./bet.js").Limits} limits */
  outOfRange({ min_bet, max_bet }) {
    this.tell(fill(gettext("베팅 금액은 %(low)s~%(high)s 사이여야 합니다"), { low: number(min_bet), high: number(max_bet) }));
  }

  /** @param {string} words @param {{ code?: string, way?: HTMLElement | null, testid?: string }} [more] */
  tell(words, { code = "", way = null, testid = `${this.game}-refusal` } = {}) {
    const note = document.createElement("div");
    note.className = "note note--loss trouble__note";
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
    this.region.scrollIntoView({ block: "nearest" });
  }
}

/** @param {number} stake */
export const betWords = (stake) => fill(gettext("%(stake)sG 베팅"), { stake: number(stake) });

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
