// @ts-check
/** What every page does: the stream, the gold, the notice, the switches. Page scripts add their own. */
import { startBell } from "./bell.js";
import { mount } from "./components.js";
import { startDialogs } from "./dialogs.js";
import { startExpired } from "./expired.js";
import { startGold } from "./gold.js";
import { live } from "./live.js";
import { startPending } from "./pending.js";
import { startPill } from "./pill.js";
import { startRing } from "./ring.js";
import { startSwitch } from "./switch.js";
import { startToast } from "./toast.js";

mount("toast", startToast);
mount("switch", startSwitch);
mount("pill", startPill);
mount("ring", startRing);
mount("pending", startPending);
mount("bell", startBell);
mount("expired", startExpired);
startDialogs();
startGold();

const { player, epoch, streamSeq } = document.body.dataset;
// Module scripts run before this event: the stream starts when every page script has put its ear on it.
addEventListener("DOMContentLoaded", () => {
  if (player) live.start(player, { epoch: epoch ?? "", seq: streamSeq ? Number(streamSeq) : null });
});
