// @ts-check
/** Theme, motion and sound: kept in cookies, so that the next page is rendered right. */

const YEAR_SECONDS = 31_536_000;
/** What each switch writes when pressed and when released. */
const VALUES = /** @type {Record<string, [string, string]>} */ ({ theme: ["light", "dark"], motion: ["off", "on"], sound: ["on", "off"] });

/** @param {HTMLElement} button */
export function startSwitch(button) {
  const kind = button.dataset.switch ?? "";
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    const value = VALUES[kind][pressed ? 0 : 1];
    document.documentElement.dataset[kind] = value;
    document.cookie = `${kind}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    for (const twin of document.querySelectorAll(`[data-switch="${kind}"]`)) twin.setAttribute("aria-pressed", String(pressed));
    document.dispatchEvent(new CustomEvent("club:switch", { detail: { kind, value } }));
  });
}
