// @ts-check
/** Dialogs and drawers: `data-opens="id"` opens, `data-closes` closes, a press beside the sheet closes too. */

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement} */ (event.target);
    const opens = pressed.closest?.("[data-opens]");
    if (opens instanceof HTMLElement) {
      const dialog = document.getElementById(opens.dataset.opens ?? "");
      if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
      return;
    }
    if (pressed.closest?.("[data-closes]")) return pressed.closest("dialog")?.close();
    if (pressed instanceof HTMLDialogElement && outside(pressed, event)) pressed.close();
  });
  const asked = location.hash && document.getElementById(location.hash.slice(1));
  if (asked instanceof HTMLDialogElement) asked.showModal();
}

/** @param {HTMLDialogElement} dialog @param {MouseEvent} event */
function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
