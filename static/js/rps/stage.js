// @ts-check
/**
 * Both hands: fists that beat time until the server has answered, then opened in the same moment.
 * The house's lies sealed before; what it shows is the server's.
 * @module
 */
import { still } from "../components.js";
import { pause } from "../pause.js";
import { handArt } from "./duels.js";

const BEAT_MS = 840;
const FIST = "rock";

export class Stage {
  /** @param {HTMLElement} root `data-state`: sealed · asking · open @param {(name: string) => HTMLElement} part */
  constructor(root, part) {
    this.root = root;
    this.part = part;
    this.began = 0;
    this.patience = new AbortController();
  }

  /** Beat time; nothing is known yet. */
  beat() {
    this.began = performance.now();
    this.patience = new AbortController();
    this.show("asking", { mine: FIST, house: FIST });
    delete this.root.dataset.mood;
  }

  /** Opens both hands in the same moment. @param {{ mine: string, house: string }} hands @param {(hand: string) => string} nameOf */
  async open(hands, nameOf) {
    if (!still()) await pause(BEAT_MS - (performance.now() - this.began), this.patience.signal);
    this.show("open", hands);
    this.part("mine-name").textContent = nameOf(hands.mine);
    this.part("house-name").textContent = nameOf(hands.house);
  }

  /** No answer came: nothing was opened. @param {string} sealed */
  close(sealed) {
    this.root.dataset.state = "sealed";
    this.part("mine-name").textContent = "";
    this.part("house-name").textContent = sealed;
  }

  /** The player asked not to wait. */
  hurry() {
    this.patience.abort();
  }

  /** @param {string} state @param {{ mine: string, house: string }} hands */
  show(state, { mine, house }) {
    this.part("mine").setAttribute("href", handArt(mine));
    this.part("house").setAttribute("href", handArt(house));
    this.root.dataset.state = state;
  }
}
