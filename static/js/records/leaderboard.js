// @ts-check
/** The leaderboard tells its time in the reader's own zone. */
import { mount } from "../components.js";
import { startMoment } from "../facts.js";

mount("moment", startMoment);
