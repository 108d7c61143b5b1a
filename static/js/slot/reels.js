// @ts-check
/**
 * Three reels that roll until the server has answered and stop one after the other on its answer.
 * The pictures passing by are decoration; the nine that stay are the server's.
 * @module
 */
import { picture, still } from "../components.js";
import { pause } from "../pause.js";

const ROWS = 3;
const LOOP_MS_PER_CELL = 62;
const ROLL_MIN_MS = 320;
const SETTLE_MS = 620;
const STAGGER_MS = 300;
const PASSING_CELLS = 9;
const PASSING_STEP = 3;
const SETTLE_EASING = "cubic-bezier(.14,.7,.3,1.02)";

export class Reels {
  /** @param {HTMLElement} root @param {Map<string, {art: string, name: string}>} faces */
  constructor(root, faces) {
    this.root = root;
    this.faces = faces;
    this.strips = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".reel__strip")]);
    this.kept = this.strips.map((strip) => [...strip.children]);
    /** @type {Animation[]} */
    this.rolling = [];
    this.startedAt = 0;
    this.hurried = false;
    /** @type {() => void} */
    this.onStop = () => {};
  }

  /** Start rolling; nothing is known yet. */
  roll() {
    this.clear("rolling");
    this.startedAt = performance.now();
    this.hurried = false;
    if (still()) return;
    const passing = [...this.faces.keys()];
    this.rolling = this.strips.map((strip, reel) => {
      const loop = passing.map((_, at) => this.cell(passing[(at * PASSING_STEP + reel * 2) % passing.length]));
      strip.replaceChildren(...this.kept[reel].map(copy), ...loop, ...loop.slice(0, ROWS).map(copy));
      strip.classList.add("is-rolling");
      const cells = strip.children.length;
      const from = `translateY(-${((cells - ROWS) / cells) * 100}%)`;
      const to = `translateY(-${(ROWS / cells) * 100}%)`;
      return strip.animate([{ transform: from }, { transform: to }], { duration: loop.length * LOOP_MS_PER_CELL, iterations: Infinity });
    });
  }

  /**
   * Stop on the server's nine cells, left to right.
   * @param {string[][]} rows top to bottom
   */
  async stop(rows) {
    const columns = this.strips.map((_, column) => rows.map((row) => row[column]));
    if (!still()) {
      await pause(ROLL_MIN_MS - (performance.now() - this.startedAt));
      if (!this.hurried) this.rolling = this.settle(columns);
      await Promise.allSettled(this.rolling.filter(endsItself).map((motion) => motion.finished));
    }
    this.show(columns);
  }

  /** @param {string[][]} columns @returns {Animation[]} */
  settle(columns) {
    const passing = [...this.faces.keys()];
    this.rolling.forEach((motion) => motion.cancel());
    return columns.map((column, reel) => {
      const strip = this.strips[reel];
      const extra = PASSING_CELLS + reel * 5;
      const tail = Array.from({ length: extra }, (_, at) => this.cell(passing[(at * PASSING_STEP + reel) % passing.length]));
      strip.replaceChildren(...column.map((face) => this.cell(face)), ...tail);
      const cells = strip.children.length;
      const duration = SETTLE_MS + reel * STAGGER_MS;
      const motion = strip.animate([{ transform: `translateY(-${((cells - ROWS) / cells) * 100}%)` }, { transform: "translateY(0)" }], { duration, easing: SETTLE_EASING });
      setTimeout(() => strip.classList.remove("is-rolling"), duration * 0.34);
      motion.finished.then(() => this.onStop(), () => {});
      return motion;
    });
  }

  /** Show the answer at once: the player asked not to wait. */
  hurry() {
    this.hurried = true;
    for (const motion of this.rolling.filter(endsItself)) motion.finish();
  }

  /** No answer came: the pictures go back to what they were. */
  revert() {
    this.rolling.forEach((motion) => motion.cancel());
    this.rolling = [];
    this.strips.forEach((strip, reel) => {
      strip.classList.remove("is-rolling");
      strip.replaceChildren(...this.kept[reel]);
    });
    this.root.dataset.state = "idle";
  }

  /** @param {string[][]} columns */
  show(columns) {
    this.rolling.forEach((motion) => motion.cancel());
    this.rolling = [];
    this.strips.forEach((strip, reel) => {
      strip.classList.remove("is-rolling");
      strip.replaceChildren(...columns[reel].map((face) => this.cell(face)));
    });
    this.kept = this.strips.map((strip) => [...strip.children]);
    this.root.dataset.state = "idle";
  }

  /** @param {string} state */
  clear(state) {
    this.root.dataset.state = state;
    delete this.root.dataset.jackpot;
    for (const cell of this.root.querySelectorAll("[data-won], [data-lit]")) {
      cell.removeAttribute("data-won");
      cell.removeAttribute("data-lit");
    }
  }

  /** @param {number} row @param {number} column @returns {Element} */
  at(row, column) {
    return this.strips[column].children[row];
  }

  /** @param {string} face @returns {HTMLElement} */
  cell(face) {
    const cell = document.createElement("span");
    cell.className = "reel__cell";
    cell.append(picture(this.faces.get(face)?.art ?? ""));
    return cell;
  }
}

/** Whether a motion comes to an end by itself. @param {Animation} motion */
const endsItself = (motion) => motion.effect?.getComputedTiming().iterations !== Infinity;

/** @param {Element} element @returns {Node} */
const copy = (element) => element.cloneNode(true);
