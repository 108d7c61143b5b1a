// @ts-check
/** The text mode for slow devices: no curve, no frames. Kept in a cookie, so that the next page is rendered right. */

const YEAR_SECONDS = 31_536_000;

/** @param {HTMLElement} button @param {HTMLElement} flight @param {() => void} changed */
export function startPlain(button, flight, changed) {
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    flight.toggleAttribute("data-plain", pressed);
    document.cookie = `crash_text=${pressed ? "on" : "off"}; path=/games; max-age=${YEAR_SECONDS}; samesite=lax`;
    changed();
  });
}
