// @ts-check
/** The attendance calendar: months turned over the API, days really ticked. */
import { get } from "../api.js";
import { make } from "../components.js";
import { toast } from "../toast.js";
import { gettext, language } from "../words.js";
import { wordsFor } from "./problem.js";

const monthName = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" });
const FIRST_YEAR = 1970;

/** @param {Date} month @param {string[]} ticked @param {string} today */
function weeksOf(month, ticked, today) {
  const [year, place] = [month.getUTCFullYear(), month.getUTCMonth()];
  const blanks = (month.getUTCDay() + 6) % 7;
  const length = new Date(Date.UTC(year, place + 1, 0)).getUTCDate();
  const cells = Array.from({ length: Math.ceil((blanks + length) / 7) * 7 }, (_, index) => {
    const day = index - blanks + 1;
    return day < 1 || day > length ? make("td", "") : cell(new Date(Date.UTC(year, place, day)), ticked, today);
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => make("tr", "", ...cells.slice(week * 7, week * 7 + 7)));
}

/** @param {Date} day @param {string[]} ticked @param {string} today */
function cell(day, ticked, today) {
  const key = day.toISOString().slice(0, 10);
  const text = make("span", "", String(day.getUTCDate()));
  const element = make("td", "", text);
  if (key === today) element.setAttribute("aria-current", "date");
  if (ticked.includes(key)) {
    element.className = "month__day--done";
    text.append(make("span", "unseen", ` ${gettext("출석함")}`));
  }
  return element;
}

/** @param {HTMLElement} body of the calendar @param {number} by how many months */
export async function turnMonth(body, by) {
  const [year, place] = (body.dataset.month ?? "").split("-").map(Number);
  const month = new Date(Date.UTC(year, place - 1 + by, 1));
  const key = month.toISOString().slice(0, 7);
  const today = body.dataset.today ?? "";
  if (key > today.slice(0, 7) || month.getUTCFullYear() < FIRST_YEAR) return;
  body.setAttribute("aria-busy", "true");
  try {
    const { days } = await get(`/api/streak/history?year=${month.getUTCFullYear()}&month=${month.getUTCMonth() + 1}`);
    body.dataset.month = key;
    body.querySelector("tbody")?.replaceChildren(...weeksOf(month, days, today));
    const name = body.querySelector("[data-part=month]");
    if (name) name.textContent = monthName.format(month);
    body.querySelector('[data-turn="1"]')?.toggleAttribute("disabled", key === today.slice(0, 7));
  } catch (error) {
    toast(wordsFor(error), { tone: "loss" });
  } finally {
    body.removeAttribute("aria-busy");
  }
}
