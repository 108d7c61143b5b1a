// @ts-check
/** Rounds this player made in other tabs or through the API: told of by the stream, fetched when this tab is idle. */
import { get } from "../api.js";
import { live } from "../live.js";

/** The lists show no more: of what happened while this tab was hidden the newest are enough. */
const SHOWN = 20;

export class Elsewhere {
  /**
   * @param {{ subtype: string, has: (id: string) => boolean, idle: () => boolean, add: (round: any) => void }} options
   *   `subtype` of the game_event that settles a round; `add` takes GET /api/games/rounds/{id}
   */
  constructor({ subtype, has, idle, add }) {
    this.has = has;
    this.idle = idle;
    this.add = add;
    /** @type {Set<string>} */
    this.waiting = new Set();
    live.on("game_event", ({ data }) => {
      if (data.subtype !== subtype || has(data.round_id)) return;
      this.waiting.add(data.round_id);
      if (idle()) this.catchUp();
    });
  }

  /** Call it when the tab becomes idle again. */
  async catchUp() {
    const ids = [...this.waiting].filter((id) => !this.has(id)).slice(-SHOWN);
    this.waiting.clear();
    for (const id of ids) {
      const round = await get(`/api/games/rounds/${encodeURIComponent(id)}`).catch(() => null);
      if (round) this.add(round);
    }
  }
}
