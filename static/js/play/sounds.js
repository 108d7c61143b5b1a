// @ts-check
/** Few sounds, made on the spot and quiet; silent until the first tap and unless the switch is on. */

export const LOUDNESS = 0.07;
export const SCALE_HZ = [523.25, 587.33, 659.25, 783.99, 880];

/** @type {AudioContext | undefined} */
let context;

function ready() {
  if (document.documentElement.dataset.sound !== "on" || navigator.userActivation?.hasBeenActive === false) return null;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  return context;
}

/**
 * @param {number} from Hz @param {number} to Hz
 * @param {{ at?: number, lasts?: number, shape?: OscillatorType, loudness?: number }} [options] seconds
 */
export function tone(from, to, { at = 0, lasts = 0.12, shape = "sine", loudness = LOUDNESS } = {}) {
  const audio = ready();
  if (!audio) return;
  const begins = audio.currentTime + at;
  const voice = new OscillatorNode(audio, { type: shape, frequency: from });
  const volume = new GainNode(audio, { gain: 0 });
  voice.frequency.setValueAtTime(from, begins);
  voice.frequency.exponentialRampToValueAtTime(to, begins + lasts);
  volume.gain.setValueAtTime(0, begins);
  volume.gain.linearRampToValueAtTime(loudness, begins + 0.012);
  volume.gain.exponentialRampToValueAtTime(0.0001, begins + lasts);
  voice.connect(volume).connect(audio.destination);
  voice.start(begins);
  voice.stop(begins + lasts + 0.02);
}

/** An order is given. */
export const lever = () => tone(180, 320, { lasts: 0.16, shape: "triangle" });
/** Something comes to rest. */
export const thud = () => tone(130, 58, { lasts: 0.11, loudness: LOUDNESS * 1.6 });
/** More came back than was staked. */
export const won = () => SCALE_HZ.slice(0, 3).forEach((hertz, at) => tone(hertz, hertz, { at: at * 0.09, lasts: 0.4, shape: "triangle" }));
