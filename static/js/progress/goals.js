// @ts-check
/** Missions and events: they move with the stream, are joined and claimed in place. */
import { freshKey, post } from "../api.js";
import { drawing, make } from "../components.js";
import { balanceFromAnswer } from "../gold.js";
import { live } from "../live.js";
import { rewardToast, toast } from "../toast.js";
import { fill, gettext, number } from "../words.js";
import { fresh } from "./fresh.js";
import { isWorthRetrying, noProblem, problem } from "./problem.js";

/** @typedef {"open" | "joined" | "ready" | "claimed" | "closed"} Standing */
/** @typedef {{ progress: Record<string, number>, version: number, completed: boolean, claimed: boolean }} Way how far a player is with an event */

/** Keys of claims that are not answered yet, by what they claim. @type {Map<string, string>} */
const keys = new Map();

/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))];

/** @param {{ completed: boolean, claimed: boolean }} way @returns {Standing} */
const standingOf = ({ completed, claimed }) => (claimed ? "claimed" : completed ? "ready" : "joined");

/** Writes one number and its meter. @param {ParentNode} place @param {number} value @param {boolean} isReached */
function writeNumber(place, value, isReached) {
  const meter = /** @type {HTMLProgressElement | null} */ (place.querySelector("[data-part=meter]"));
  const text = place.querySelector("[data-part=number]");
  if (!meter || !text) return;
  meter.value = value;
  meter.classList.toggle("meter--gain", isReached);
  text.textContent = meter.textContent = `${number(Math.min(value, meter.max))} / ${number(meter.max)}`;
}

/** @param {HTMLElement} row @param {{ current_progress: number, completed: boolean, claimed: boolean }} way */
function showMission(row, way) {
  const standing = standingOf(way);
  writeNumber(row, way.current_progress, way.completed);
  row.classList.replace(`quest--${row.dataset.standing}`, `quest--${standing}`);
  row.dataset.standing = standing;
  part(row, "[data-act=claim]").hidden = standing !== "ready";
  part(row, "[data-part=claimed]").hidden = standing !== "claimed";
}

/** @param {ParentNode} place @param {string} selector */
const part = (place, selector) => /** @type {HTMLElement} */ (place.querySelector(selector));

/** @param {HTMLElement} card @param {Way} way */
function showEvent(card, { progress, version, completed, claimed }) {
  if (version < Number(card.dataset.version)) return;
  card.dataset.version = String(version);
  for (const need of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-key]"))) writeNumber(need, progress[need.dataset.key ?? ""] ?? 0, completed);
  const standing = standingOf({ completed, claimed });
  if (standing === card.dataset.standing) return;
  card.dataset.standing = standing;
  part(card, "[data-part=acts]").replaceChildren(...actsOf(card.dataset.event ?? "", card.dataset.title ?? "", standing));
}

/** What an event offers, as the server renders it. @param {string} id @param {string} title @param {Standing} standing */
function actsOf(id, title, standing) {
  const badge = (/** @type {string} */ name, /** @type {string} */ tone, /** @type {string} */ text) => {
    const element = make("span", `badge badge--${tone}`, drawing("icon-check"), text);
    element.dataset.testid = `event-${id}-${name}-badge`;
    return element;
  };
  if (standing === "claimed") return [badge("claimed", "gain", gettext("수령 완료"))];
  if (standing === "joined") return [badge("joined", "live", gettext("참여 중"))];
  const button = make("button", "button button--gold", gettext("보상 받기"), make("span", "unseen", ` ${title}`));
  button.type = "button";
  button.dataset.act = "claim";
  button.dataset.testid = `event-${id}-claim-btn`;
  return [badge("joined", "live", gettext("달성")), button];
}

/** How many rewards wait, on the button that takes them all. */
function count() {
  const ready = all("[data-standing=ready]").length;
  for (const button of all("[data-act=claim-all]")) {
    button.hidden = ready < 2;
    part(button, "[data-part=ready]").textContent = String(ready);
  }
}

/** What a card is called by the API. @param {HTMLElement} card */
function pathsOf({ dataset: { event, mission } }) {
  return event ? { mark: `event_reward:${event}`, path: `/api/events/claim/${event}` } : { mark: `mission_reward:${mission}`, path: `/api/missions/${mission}/claim` };
}

/** @param {HTMLElement} card @returns {Promise<boolean>} whether it was paid */
async function claim(card) {
  const { mark, path } = pathsOf(card);
  const { event = "", mission = "" } = card.dataset;
  const found = () => all(event ? `[data-event="${event}"]` : `[data-mission="${mission}"]`)[0];
  const key = keys.get(mark) ?? freshKey();
  keys.set(mark, key);
  noProblem();
  const hadFocus = card.contains(document.activeElement);
  busy(card, true);
  try {
    const answer = await post(path, {}, { key });
    keys.delete(mark);
    balanceFromAnswer(answer.new_gold_balance);
    rewardToast({ reward_type: mark.split(":")[0], amount: answer.rewards.gold ?? 0, xp_amount: answer.rewards.exp ?? answer.rewards.experience ?? 0, ref: mark });
    const now = found();
    if (now) claimed(now, answer.progress_version);
    if (now && hadFocus) moveOn(now);
    return true;
  } catch (error) {
    const now = found() ?? card;
    if (!isWorthRetrying(error)) keys.delete(mark);
    if (now.dataset.standing !== "claimed") problem(now, error, () => claim(found() ?? now));
    if (!isWorthRetrying(error)) fresh.soon();
    return false;
  } finally {
    for (const each of [card, found()]) if (each) busy(each, false);
    count();
  }
}

/** @param {HTMLElement} card @param {boolean} isBusy */
function busy(card, isBusy) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (card.querySelectorAll("[data-act]"))) button.disabled = isBusy;
}

/** Shows a card as paid. @param {HTMLElement} card @param {number | null} version */
function claimed(card, version) {
  const reached = [.../** @type {NodeListOf<HTMLProgressElement>} */ (card.querySelectorAll("progress"))];
  if (card.dataset.mission) return showMission(card, { current_progress: reached[0]?.value ?? 0, completed: true, claimed: true });
  const needs = /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-key]"));
  const progress = Object.fromEntries([...needs].map((need, place) => [need.dataset.key ?? "", reached[place]?.value ?? 0]));
  showEvent(card, { progress, version: version ?? Number(card.dataset.version), completed: true, claimed: true });
}

/** The focus goes on to the next reward, or stays at the card. @param {HTMLElement} card */
function moveOn(card) {
  const next = all("[data-standing=ready] [data-act=claim]")[0];
  if (next) return next.focus();
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
}

/** @param {HTMLElement} card */
async function join(card) {
  const { event = "", title = "" } = card.dataset;
  const found = () => all(`[data-event="${event}"]`)[0] ?? card;
  noProblem();
  const hadFocus = card.contains(document.activeElement);
  busy(card, true);
  try {
    const mine = await post("/api/events/join", { event_id: Number(event) });
    showEvent(found(), { progress: mine.progress, version: mine.progress_version, completed: mine.completed, claimed: mine.claimed_rewards });
    toast(fill(gettext("‘%(title)s’에 참여했습니다."), { title }), { mark: `join:${event}`, tone: "live" });
    if (hadFocus) { found().tabIndex = -1; found().focus({ preventScroll: true }); }
  } catch (error) {
    problem(found(), error, () => join(found()));
    if (!isWorthRetrying(error)) fresh.soon();
  } finally {
    busy(card, false);
    count();
  }
}

/** @param {HTMLButtonElement} button */
async function claimAll(button) {
  button.disabled = true;
  let paid = 0;
  for (const id of all("[data-standing=ready]").map(({ dataset }) => (dataset.event ? `[data-event="${dataset.event}"]` : `[data-mission="${dataset.mission}"]`))) {
    const card = all(id)[0];
    if (card?.dataset.standing !== "ready") continue;
    if (!(await claim(card))) break;
    paid += 1;
  }
  button.disabled = false;
  if (paid > 1) toast(fill(gettext("보상 %(count)s개를 받았습니다."), { count: paid }), { tone: "gain" });
}

/** @param {MouseEvent} event */
function press(event) {
  const button = /** @type {HTMLElement} */ (event.target).closest?.("[data-act]");
  const card = /** @type {HTMLElement | null} */ (button?.closest("[data-event], [data-mission]"));
  if (!(button instanceof HTMLButtonElement)) return;
  if (button.dataset.act === "claim" && card) claim(card);
  if (button.dataset.act === "join" && card) join(card);
  if (button.dataset.act === "claim-all") claimAll(button);
}

export function startGoals() {
  document.addEventListener("click", press);
  fresh.onShown(count);
  live.on("mission_progress", ({ data, seq, replayed }) => {
    if (replayed) return;
    fresh.heard(seq);
    const rows = all(`[data-mission="${data.mission_id}"]`);
    rows.forEach((row) => showMission(row, data));
    if (rows.length === 0) fresh.soon();
    count();
  });
  live.on("event_progress", ({ data, seq, replayed }) => {
    if (replayed) return;
    fresh.heard(seq);
    const cards = all(`[data-event="${data.event_id}"]`);
    cards.forEach((card) => showEvent(card, { ...data, version: data.progress_version }));
    if (cards.length === 0) fresh.soon();
    count();
  });
}
