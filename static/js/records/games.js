// @ts-check
/** The list of games: tiles follow the stream. */
import { mount } from "../components.js";
import { startTile } from "./tile.js";

mount("tile", startTile);
