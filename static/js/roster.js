// @ts-check
/** Looks at a file of players without leaving the page, so that the chosen file is still there to be applied. */
/** @param {HTMLElement} element */
export function startRoster(element) {
  const form = /** @type {HTMLFormElement} */ (element);
  const place = /** @type {HTMLElement} */ (form.querySelector('[data-part="report"]'));
  const file = /** @type {HTMLInputElement} */ (form.querySelector('input[type="file"]'));
  file.addEventListener("change", () => place.replaceChildren());
  form.addEventListener("submit", (event) => {
    const button = /** @type {HTMLInputElement | null} */ (event.submitter);
    if (button?.name === "_apply") {
      setTimeout(() => (button.disabled = true)); // sent with the form first; hashing takes seconds
      return;
    }
    event.preventDefault();
    void look(form, place, button);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} place
 * @param {HTMLInputElement | null} button
 */
async function look(form, place, button) {
  if (button) button.disabled = true;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Preview": "1" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    place.querySelector('[data-part="again"]')?.remove();
  } catch {
    place.textContent = place.dataset.failed ?? "";
  } finally {
    place.removeAttribute("aria-busy");
    if (button) button.disabled = false;
  }
}
