// @ts-check
/** The eye beside a password. */

/** @param {HTMLElement} button */
export function startPeek(button) {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById(button.getAttribute("aria-controls") ?? ""));
  button.addEventListener("click", () => {
    if (!input) return;
    const open = input.type === "password";
    input.type = open ? "text" : "password";
    button.setAttribute("aria-pressed", String(open));
  });
}
