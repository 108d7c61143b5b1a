// @ts-check
/** The round for ears: its start, the whole multiples on the way, its end. */
import { announce } from "../announcer.js";
import { fill, gettext, number } from "../words.js";
import { hundredths, told } from "./curve.js";

/** @typedef {import("./flight.js").Round} Round */

const TEN = 1000;

/** Says each whole multiple as it is passed, above ten every tenth. */
export class Milestones {
  next = 0;

  begin() {
    this.next = 0;
  }

  /** @param {number} multiplier @param {number} gold what leaving now would pay */
  passed(multiplier, gold) {
    const step = multiplier < TEN ? 100 : TEN;
    const last = Math.floor(multiplier / step) * step;
    // The first look at a round sets the mark: who comes late hears what comes, not what was.
    if (this.next && last >= this.next) announce(fill(gettext("%(times)s, 지금 %(gold)s골드"), { times: told(last), gold: number(gold) }));
    if (last >= this.next) this.next = last + (last < TEN ? 100 : TEN);
  }
}

/** @param {Round} round */
export function startSpoken({ bet_amount, auto_cashout_multiplier }) {
  const begun = fill(gettext("%(bet)s골드로 라운드가 시작되었습니다"), { bet: number(bet_amount) });
  return auto_cashout_multiplier === null ? begun : `${begun}. ${fill(gettext("자동 %(times)s"), { times: told(hundredths(auto_cashout_multiplier)) })}`;
}

/** @param {Round} end */
export function endSpoken(end) {
  const crash = told(hundredths(/** @type {number} */ (end.crash_point)));
  const bet = number(end.bet_amount);
  if (end.cashout_multiplier === null) return fill(gettext("%(crash)s에서 크래시. %(bet)s골드를 잃었습니다"), { crash, bet });
  const values = { times: told(hundredths(end.cashout_multiplier)), bet, win: number(end.win_amount) };
  if (end.win_amount <= end.bet_amount) return fill(gettext("%(times)s에서 캐시아웃. %(bet)s 중 %(win)s 돌려받음"), values);
  return fill(gettext("%(times)s에서 캐시아웃. %(bet)sG를 걸고 %(win)sG를 돌려받았습니다"), values);
}
