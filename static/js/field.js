// @ts-check
/** A field of a form, its hint and its problem. */

/**
 * @param {ParentNode} form
 * @param {string} name
 */
export function fieldOf(form, name) {
  const field = /** @type {HTMLElement | null} */ (form.querySelector(`[data-field="${name}"]`));
  const input = /** @type {HTMLInputElement | null} */ (field?.querySelector("input, select, textarea") ?? null);
  return { field, input, hint: /** @type {HTMLElement | null} */ (field?.querySelector(".field__hint") ?? null) };
}

/**
 * Says what is wrong (or right) with a field; an empty text brings its hint back.
 * @param {ParentNode} form
 * @param {string} name
 * @param {string} text
 * @param {"bad" | "good"} [kind]
 */
export function tell(form, name, text, kind = "bad") {
  const { field, input, hint } = fieldOf(form, name);
  if (!field || !input || !hint) return;
  field.classList.toggle("field--bad", Boolean(text) && kind === "bad");
  field.classList.toggle("field--good", Boolean(text) && kind === "good");
  if (text && kind === "bad") input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  hint.textContent = text || hint.dataset.hint || "";
}
