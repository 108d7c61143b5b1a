// @ts-check
/** The screen of events and missions. */
import { fresh } from "./fresh.js";
import { startGoals } from "./goals.js";

document.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest?.("[data-act=refresh]");
  if (!(button instanceof HTMLButtonElement)) return;
  button.disabled = true;
  await fresh.refresh({ loud: true });
  button.disabled = false;
});
startGoals();
fresh.start();
