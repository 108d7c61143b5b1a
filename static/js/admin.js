// @ts-check
/** What every admin page does besides Django's own scripts: the switch of the theme, files of players. */
import { mount } from "./components.js";
import { startRoster } from "./roster.js";
import { startSwitch } from "./switch.js";

mount("switch", startSwitch);
mount("roster", startRoster);
