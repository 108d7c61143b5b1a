// @ts-check
/** Units kept for this player: asked for when a package's sheet opens, given back when the player says so. */
import { announce } from "../announcer.js";
import { ApiError, freshKey, post, remove } from "../api.js";
import { toast } from "../toast.js";
import { fill, gettext } from "../words.js";
import { wholly } from "../countdown.js";
import { goodOf } from "./goods.js";
import { sentenceFor } from "./reasons.js";

/** @typedef {import("./goods.js").Good} Good */
/** @typedef {import("./goods.js").Hold} Hold */

export class Holds {
  /**
   * @param {{ confirm: import("./confirm.js").Confirm | null, clock: { now: () => number }, countdowns: { tick: () => void } }} page
   * @param {{ refresh: () => Promise<void>, soon: () => void, refuse: (error: ApiError) => void }} acts
   */
  constructor(page, acts) {
    this.page = page;
    this.acts = acts;
  }

  /** Holds units for the open sheet. @param {Good} good @param {number} quantity */
  async take(good, quantity) {
    const { confirm, clock, countdowns } = this.page;
    if (!confirm) return;
    const isStill = () => confirm.isAsking && confirm.good?.card === good.card;
    confirm.problem("");
    confirm.keep("asking");
    try {
      const { hold, left } = await takeHold(good.code, quantity);
      if (isStill()) confirm.keep("kept", hold, left);
      countdowns.tick();
      announce(fill(gettext("%(name)s %(count)s개를 %(time)s 동안 잡아 두었습니다"), { name: good.name, count: hold.quantity, time: wholly(Date.parse(hold.ends) - clock.now()) }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isStill()) {
        confirm.keep("none");
        this.acts.refuse(error);
      }
    }
    this.acts.refresh();
  }

  /** @param {HTMLElement} button @param {Good} good */
  async release(button, good) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      await giveBack(button.dataset.release ?? "");
      announce(fill(gettext("%(name)s: 잡아 둔 수량을 놓아주었습니다"), { name: good.name }));
      await this.acts.refresh();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      button.removeAttribute("aria-disabled");
      toast(sentenceFor(error.code === "NETWORK" ? "UNREACHABLE" : error.code, error.message), { tone: "loss" });
    }
  }

  /** A countdown has run out. @param {string} kind @param {HTMLElement} element */
  ended(kind, element) {
    const { confirm } = this.page;
    if (kind === "sheet") {
      if (!confirm?.dialog.open) return;
      confirm.keep("over");
      announce(gettext("잡아 둔 시간이 끝났습니다"));
    } else if (kind === "hold") announce(`${goodOf(/** @type {HTMLElement} */ (element.closest("[data-state]"))).name}: ${gettext("잡아 둔 시간이 끝났습니다")}`);
    this.acts.soon();
  }

  /** The sheet was closed on an order: its hold goes on, and the player knows it. */
  remind() {
    const { confirm, clock } = this.page;
    const { good = null, holding, view } = confirm ?? {};
    if (view !== "order" || holding !== "kept" || !good?.hold) return;
    const left = Date.parse(good.hold.ends) - clock.now();
    if (left > 0) toast(fill(gettext("%(name)s: 잡아 둔 수량은 %(time)s 동안 남아 있습니다."), { name: good.name, time: wholly(left) }), { tone: "live" });
  }
}

/**
 * Takes a hold, or finds the one that runs. Throws the ApiError.
 * @param {string} code of the package
 * @param {number} quantity
 * @returns {Promise<{ hold: Hold, left: number | null }>} `left`: units free for anybody, null when they are not counted
 */
export async function takeHold(code, quantity) {
  // Asking twice gives the same hold: so a lost answer may be asked for again, as with a key.
  const told = await post("/api/shop/limited/hold", { package_id: code, quantity }, { key: freshKey() });
  return { hold: { id: told.hold_id, ends: told.expires_at, quantity: told.quantity, seconds: told.ttl_seconds }, left: told.remaining_stock };
}

/** Gives the units back; a hold that is over already is as good as given back. @param {string} id */
export async function giveBack(id) {
  try {
    await remove(`/api/shop/limited/hold/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}
