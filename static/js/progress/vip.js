// @ts-check
/** The day's VIP points. */
import { freshKey, post } from "../api.js";
import { live } from "../live.js";
import { toast } from "../toast.js";
import { fill, gettext, number } from "../words.js";
import { isWorthRetrying, noProblem, problem } from "./problem.js";

/** @param {HTMLElement} panel */
export function startVip(panel) {
  const button = /** @type {HTMLButtonElement} */ (panel.querySelector("[data-act=vip]"));
  const meter = /** @type {HTMLProgressElement | null} */ (panel.querySelector("[data-part=meter]"));
  let key = "";

  /** @param {number} points */
  const show = (points) => {
    /** @type {HTMLElement} */ (panel.querySelector("[data-part=points]")).textContent = number(points);
    if (!meter) return;
    meter.value = points;
    /** @type {HTMLElement} */ (panel.querySelector("[data-part=missing]")).textContent = number(Math.max(0, meter.max - points));
  };
  const taken = () => {
    button.disabled = true;
    button.textContent = gettext("오늘 포인트 받음");
  };

  async function claim() {
    noProblem();
    key ||= freshKey();
    button.disabled = true;
    try {
      const answer = await post("/api/vip/claim", {}, { key });
      key = "";
      show(answer.new_vip_points);
      taken();
      if (answer.awarded_points) toast(fill(gettext("VIP 포인트 %(points)s점을 받았습니다."), { points: answer.awarded_points }), { tone: "gain" });
    } catch (error) {
      if (!isWorthRetrying(error)) key = "";
      button.disabled = false;
      problem(/** @type {HTMLElement} */ (button.parentElement), error, claim);
    }
  }

  button.addEventListener("click", claim);
  live.on("initial_state", ({ data }) => { if (data.profile?.vip_points !== undefined) show(data.profile.vip_points); });
  live.on("profile_update", ({ data, replayed }) => {
    if (replayed || data.changes?.vip_points === undefined) return;
    show(data.changes.vip_points);
    if (data.reason === "vip_claim") taken();
  });
}
