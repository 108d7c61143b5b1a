// @ts-check
/** The page of one round: its scene played again, its values copied, its time told exactly. */
import { mount, still } from "../components.js";
import { startCopy, startShare } from "../copy.js";
import { startExact } from "../facts.js";
import { live } from "../live.js";
import { startSpin } from "./spin.js";

const REPLAYING = "data-replaying";

/** A flight's number grows as the curve is drawn. @param {HTMLElement} stage @param {any} scene */
function fly(stage, { shown, elapsed_ms, replay_ms, growth_rate }) {
  const number = stage.querySelector("[data-part=multi]");
  const curve = stage.querySelector(".rise__curve");
  if (!number || !curve || replay_ms === 0) return;
  stage.setAttribute(REPLAYING, "");
  const motion = curve.animate([{ strokeDasharray: "0 100" }, { strokeDasharray: "100 0" }], { duration: replay_ms });
  const step = () => {
    if (motion.playState !== "running") return;
    const part = Number(motion.currentTime ?? 0) / replay_ms;
    number.textContent = Math.min(shown, Math.floor(100 * Math.exp(growth_rate * elapsed_ms * part)) / 100).toFixed(2);
    requestAnimationFrame(step);
  };
  step();
  motion.finished.then(() => {
    number.textContent = shown.toFixed(2);
    stage.removeAttribute(REPLAYING);
  }, () => {});
}

/** Hands and cards are drawn again by the sheet's own motion. @param {HTMLElement} stage */
function turn(stage) {
  stage.removeAttribute(REPLAYING);
  void stage.offsetWidth; // Lets the same motion begin anew.
  stage.setAttribute(REPLAYING, "");
}

/** @param {HTMLElement} root */
function startReplay(root) {
  const again = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=again]"));
  const stage = /** @type {HTMLElement | null} */ (root.querySelector("[data-part=stage]"));
  const scene = JSON.parse(document.querySelector("#round-scene")?.textContent ?? "null");
  const spin = root.dataset.game === "slot" && scene ? startSpin(root, scene) : null;
  if (!again) return;
  again.hidden = false;
  again.addEventListener("click", () => {
    if (still()) return;
    if (spin) spin();
    else if (stage && scene) fly(stage, scene);
    else if (stage) turn(stage);
  });
}

mount("exact", startExact);
mount("share", startShare);
mount("copy", startCopy);
mount("replay", (root) => {
  startReplay(root);
  // An open round ends while it is looked at: the page then tells the end.
  live.on("game_event", ({ data }) => {
    if (root.dataset.mood === "open" && data.status !== "active" && location.pathname.includes(data.round_id)) location.reload();
  });
});
