// @ts-check
/** Every countdown of the page, by the server's clock: written each second, and told of once when it has run out. */
import { fill, gettext } from "./words.js";

const TICK_MS = 1000;
/** What the clock may be ahead of the server: nothing is called over before the server calls it so. */
const MARGIN_MS = 600;
const TOLD_AGAIN = 3;

export class Countdowns {
  /**
   * @param {{ now: () => number }} clock
   * @param {(kind: string, element: HTMLElement) => void} ended `kind`: of its `data-kind`, such as hold · sale · start · day
   */
  constructor(clock, ended) {
    this.clock = clock;
    this.ended = ended;
    /** @type {Map<string, number>} how often an end was told, by what ended and when */
    this.told = new Map();
    setInterval(() => this.tick(), TICK_MS);
  }

  /** Writes all of them as they stand. */
  tick() {
    const now = this.clock.now();
    for (const meter of /** @type {NodeListOf<HTMLProgressElement>} */ (document.querySelectorAll("progress[data-meter]"))) {
      meter.value = Math.max(0, (Date.parse(meter.dataset.meter ?? "") - now) / 1000);
    }
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-ends]"))) {
      const left = Date.parse(element.dataset.ends ?? "") - now;
      const words = (element.hasAttribute("data-brief") ? brief : wholly)(left);
      if (element.textContent !== words) element.textContent = words;
      if (left < -MARGIN_MS) this.end(element);
    }
  }

  /** A page fetched a little too early still shows the end: it is told again, but not for ever. @param {HTMLElement} element */
  end(element) {
    const { kind = "", ends = "" } = element.dataset;
    const mark = `${kind}:${ends}`;
    const told = this.told.get(mark) ?? 0;
    if (told >= TOLD_AGAIN) return;
    this.told.set(mark, told + 1);
    this.ended(kind, element);
  }
}

/** @param {number} ms */
function parts(ms) {
  const left = Math.max(0, Math.ceil(ms / 1000));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const minutes = `${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  return { days: Math.floor(left / 86_400), time: left < 3600 ? minutes : `${two(Math.floor(left / 3600) % 24)}:${minutes}` };
}

/** "2일 04:20:00", "04:20:00", in the last hour "20:00". @param {number} ms */
export function wholly(ms) {
  const { days, time } = parts(ms);
  return days ? fill(gettext("%(days)s일 %(time)s"), { days, time }) : time;
}

/** "2일", in the last day the time. @param {number} ms */
export function brief(ms) {
  const { days, time } = parts(ms);
  return days ? fill(gettext("%(days)s일"), { days }) : time;
}
