// @ts-check
/** The verifier as a file on somebody's disk: no club, no network. */
import { mount } from "../components.js";
import { startVerifier } from "./verifier.js";

mount("verifier", startVerifier);
