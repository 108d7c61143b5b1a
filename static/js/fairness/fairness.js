// @ts-check
/** The fairness page: the pair, the seeds that were revealed, and the verifier they fill. */
import { mount } from "../components.js";
import { startCopy } from "../copy.js";
import { startMoment } from "../facts.js";
import { fill, gettext, number } from "../words.js";
import { startPair } from "./pair.js";
import { startVerifier } from "./verifier.js";

/** @type {import("./verifier.js").Verifier | null} */
let verifier = null;
mount("verifier", (root) => { verifier = startVerifier(root); });
mount("moment", startMoment);
mount("pair", (panel) => startPair(panel, { revealed }));
mount("copy", startCopy);

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("[data-verify]");
  if (button instanceof HTMLElement) take(JSON.parse(button.dataset.verify ?? "{}"));
});

/** Puts a revealed pair into the verifier and goes there. @param {object} seeds */
function take(seeds) {
  verifier?.fill(seeds);
  document.getElementById("verifier")?.scrollIntoView();
  verifier?.input("nonce").focus();
}

/** A seed just revealed: on top of the list, the oldest beyond the list's length leaves. @param {import("./pair.js").Revealed} seed */
function revealed(seed) {
  const list = document.querySelector("[data-part=previous]");
  const row = /** @type {HTMLTemplateElement | null} */ (document.getElementById("previous-row"))?.content.cloneNode(true);
  if (!(list instanceof HTMLElement) || !(row instanceof DocumentFragment)) return;
  /** @type {Record<string, string>} */
  const texts = {
    ...seed,
    short: `${seed.server_seed_hash.slice(0, 8)}…${seed.server_seed_hash.slice(-4)}`,
    rounds: seed.last_nonce === null ? gettext("쓰지 않은 시드") : fill(gettext("라운드 %(count)s개"), { count: number(seed.last_nonce + 1) }),
    last_nonce: "",
  };
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-fill]"))) place.textContent = texts[place.dataset.fill ?? ""] ?? "";
  const time = row.querySelector("time");
  if (time) {
    time.dateTime = new Date().toISOString();
    startMoment(time);
  }
  row.querySelector("[data-verify]")?.setAttribute("data-verify", JSON.stringify(seed));
  list.prepend(row);
  while (list.children.length > Number(list.dataset.most)) list.lastElementChild?.remove();
  const empty = document.querySelector("[data-part=no-previous]");
  if (empty instanceof HTMLElement) empty.hidden = true;
}
