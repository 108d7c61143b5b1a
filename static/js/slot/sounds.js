// @ts-check
/** What only the slot sounds like. */
import { SCALE_HZ, tone } from "../play/sounds.js";

/** The n-th winning line is traced. @param {number} at */
export const line = (at) => tone(SCALE_HZ[at % SCALE_HZ.length], SCALE_HZ[at % SCALE_HZ.length], { lasts: 0.32, shape: "triangle" });
/** The best three. */
export const jackpot = () => [...SCALE_HZ, SCALE_HZ[0] * 2].forEach((hertz, at) => tone(hertz, hertz, { at: at * 0.11, lasts: 0.7, shape: "triangle" }));
