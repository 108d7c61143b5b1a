// @ts-check
/** Provably fair dice, algorithm v1, in the open: every block and every draw is written down for who wants to follow. */
import { bytes, hex, hmac, sha256 } from "./sha256.js";

const WORD_SPAN = 2 ** 32;
const WORDS_IN_BLOCK = 8;

/**
 * @typedef {{ index: number, message: string, hex: string }} Block
 * @typedef {{ what: string, row?: number, column?: number, pull?: number, pity?: boolean, guaranteed?: boolean }} Purpose
 * @typedef {{ faces: number, word: number, block: number, place: number, thrown: number[], result: number, purpose: Purpose, picked: string }} Draw
 *   `word` is word `place` of block `block`; `thrown` are the words before it that were too large.
 */

/** The SHA-256 of the seed's text: what the player is shown before the seed is used. @param {string} serverSeed */
export const commitment = (serverSeed) => hex(sha256(bytes(serverSeed)));

/** The draws of one round, in order; the same seeds, nonce and game always give the same draws. */
export class Dice {
  /** @param {{ server_seed: string, client_seed: string, nonce: number | string, game: string }} round */
  constructor({ server_seed, client_seed, nonce, game }) {
    this.key = bytes(server_seed);
    this.message = `${client_seed}:${nonce}:${game}:`;
    this.read = 0;
    /** @type {Block[]} */
    this.blocks = [];
    /** @type {Draw[]} */
    this.draws = [];
  }

  /** The 64 hex digits of a block; reading one does not advance the draws. @param {number} index */
  block(index) {
    const message = this.message + index;
    this.blocks[index] ??= { index, message, hex: hex(hmac(this.key, bytes(message))) };
    return this.blocks[index].hex;
  }

  /** The next big-endian 32-bit word of the stream. */
  word() {
    const [block, place] = [Math.floor(this.read / WORDS_IN_BLOCK), this.read % WORDS_IN_BLOCK];
    this.read += 1;
    return { block, place, word: parseInt(this.block(block).slice(8 * place, 8 * place + 8), 16) };
  }

  /**
   * A number from 0 to faces - 1, each equally likely: words past the last whole multiple are thrown away.
   * @param {number} faces @param {Purpose} purpose @param {(result: number) => string} [named] what the number stands for
   */
  draw(faces, purpose, named = String) {
    if (!Number.isInteger(faces) || faces < 1 || faces > WORD_SPAN) throw new RangeError(`a die has 1 to 2^32 faces, not ${faces}`);
    const limit = WORD_SPAN - (WORD_SPAN % faces);
    const thrown = [];
    let drawn = this.word();
    while (drawn.word >= limit) {
      thrown.push(drawn.word);
      drawn = this.word();
    }
    const result = drawn.word % faces;
    this.draws.push({ ...drawn, faces, thrown, result, purpose, picked: named(result) });
    return result;
  }

  /**
   * An index into `weights`, as likely as its weight: one draw walked through them in order.
   * @param {number[]} weights @param {Purpose} purpose @param {(index: number) => string} [named]
   */
  weighted(weights, purpose, named = String) {
    /** @param {number} point */
    const walked = (point) => {
      let left = point;
      return weights.findIndex((weight) => (left -= weight) < 0);
    };
    return walked(this.draw(weights.reduce((sum, weight) => sum + weight, 0), purpose, (point) => named(walked(point))));
  }
}
