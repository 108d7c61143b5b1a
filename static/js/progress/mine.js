// @ts-check
/** On the profile: days in a row of every kind, and the rewards, newest first. */
import { drawing, make, mount } from "../components.js";
import { live } from "../live.js";
import { gettext, language, moment, number } from "../words.js";

const NAMED_IN = "ko";

/** @param {HTMLElement} panel */
function startRuns(panel) {
  /** @param {any} streak */
  const show = (streak) => {
    const run = panel.querySelector(`[data-run="${streak.action_type}"]`);
    const count = run?.querySelector("[data-part=count]");
    const today = /** @type {HTMLElement | null | undefined} */ (run?.querySelector("[data-part=today]"));
    if (!count || !today) return;
    count.textContent = String(streak.count);
    today.hidden = !streak.ticked_today;
  };
  live.on("initial_state", ({ data }) => { if (data.streak) show(data.streak); });
  live.on("streak_update", ({ data }) => show(data));
}

/** @param {string} type */
function nameOf(type) {
  const names = /** @type {Record<string, string>} */ ({ streak_daily: gettext("출석"), event_reward: gettext("이벤트"), mission_reward: gettext("미션"), admin_grant_gold: gettext("운영진 지급"), distribute: gettext("보상 배포") });
  return names[type] ?? type;
}

/** @param {HTMLElement} list */
function startRewards(list) {
  live.on("reward_granted", ({ data, timestamp }) => {
    if (list.querySelector(`[data-key="${CSS.escape(data.ref)}"]`)) return;
    const stamp = new Date(timestamp * 1000).toISOString();
    const time = make("time", "", moment(stamp));
    time.dateTime = stamp;
    // The stream tells titles as the table has them.
    const about = data.source === data.reward_type || language !== NAMED_IN ? [time] : [`${data.source} · `, time];
    const end = make("span", "list__end", ...(data.amount ? [make("b", "gold", `+${number(data.amount)}`)] : []), ...(data.xp_amount ? [make("span", "tiny faint row", `+${number(data.xp_amount)} XP`)] : []));
    const text = make("span", "list__text", make("b", "small", nameOf(data.reward_type)), make("span", "tiny faint", ...about));
    const row = make("li", "list__item list__item--new", make("span", "list__mark", drawing("icon-gift")), text, end);
    row.dataset.key = data.ref;
    list.prepend(row);
    while (list.children.length > Number(list.dataset.limit)) list.lastElementChild?.remove();
    const empty = /** @type {HTMLElement | null | undefined} */ (list.parentElement?.querySelector("[data-empty]"));
    if (empty) empty.hidden = true;
  });
}

mount("runs", startRuns);
mount("rewards", startRewards);
