// @ts-check
/** What every admin page does besides Django's own scripts: the switch of the theme. */
import { mount } from "./components.js";
import { startSwitch } from "./switch.js";

mount("switch", startSwitch);
