// @ts-check
/** Copies a value, or this page's address; on phones the address is handed to the system's own sheet. */
import { toast } from "./toast.js";
import { gettext } from "./words.js";

/** @param {string} text @param {string} told */
async function copy(text, told) {
  try {
    await navigator.clipboard.writeText(text);
    toast(told);
  } catch {
    toast(gettext("복사하지 못했습니다. 직접 선택해 복사해 주세요."), { tone: "loss" });
  }
}

/** Copies its `data-copy`, or the text of what it controls. @param {HTMLElement} button */
export function startCopy(button) {
  const text = () => button.dataset.copy ?? document.getElementById(button.getAttribute("aria-controls") ?? "")?.textContent ?? "";
  button.hidden = false;
  button.addEventListener("click", () => copy(text(), gettext("복사했습니다.")));
}

/** @param {HTMLElement} button */
export function startShare(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = location.origin + location.pathname;
    if (!navigator.share || !matchMedia("(pointer: coarse)").matches) return copy(url, gettext("링크를 복사했습니다."));
    await navigator.share({ url, title: document.title }).catch(() => {}); // The player closed the sheet.
  });
}
