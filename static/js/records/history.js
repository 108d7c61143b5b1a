// @ts-check
/** The history page: pages are turned in place, and the address says which one is shown. */
import { announce } from "../announcer.js";
import { mount } from "../components.js";
import { startMoment, startStats } from "../facts.js";
import { fill, gettext } from "../words.js";
import { startHistory } from "./list.js";

/** @param {number} page */
function turned(page) {
  const address = new URL(location.href);
  if (page === 1) address.searchParams.delete("page");
  else address.searchParams.set("page", String(page));
  history.replaceState(null, "", address);
  announce(fill(gettext("기록 %(page)s쪽"), { page }));
}

mount("stats", startStats);
mount("moment", startMoment);
mount("history", (panel) => startHistory(panel, { turned }));
