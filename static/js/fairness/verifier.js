// @ts-check
/** The verifier's form: seeds, game and stake in, a told verdict out. Asks no server; works from a file. */
import { announce } from "../announcer.js";
import { fieldOf, tell as complain } from "../field.js";
import { fill, gettext, handName, language } from "../words.js";
import { agrees, replay } from "./engine.js";
import { tell, verdict } from "./telling.js";

/**
 * @typedef {{ version: number, table: Record<string, any> }} Version
 * @typedef {{ tables: Record<string, Version[]>, names: Record<string, import("./telling.js").Names>, record: any }} Data
 *   `tables` by game, the newest version first; `record` is a round as GET /api/games/rounds/{id} tells it, to begin with
 */

const HEX_64 = /^[0-9a-f]{64}$/i;
const CLIENT_SEED = /^[\x20-\x39\x3b-\x7e]{1,64}$/;
const WHOLE = /^\d{1,16}$/;
const MULTIPLIER = /^\d{1,5}(\.\d{1,2})?$/;

/** The fields that must look like something before anything is computed; `empty`: may be left out. */
const RULES = [
  { name: "config_version", looks: WHOLE, problem: () => gettext("이 검증기가 모르는 버전입니다. 검증기를 새로 여세요.") },
  { name: "server_seed", looks: HEX_64, problem: () => gettext("16진수 64자리여야 합니다") },
  { name: "server_seed_hash", looks: HEX_64, empty: true, problem: () => gettext("16진수 64자리여야 합니다") },
  { name: "client_seed", looks: CLIENT_SEED, problem: () => gettext("쌍점(:)을 뺀 영문, 숫자, 기호 1–64자여야 합니다") },
  { name: "nonce", looks: WHOLE, problem: () => gettext("0 이상의 정수여야 합니다") },
  { name: "stake", looks: WHOLE, problem: () => gettext("0 이상의 정수여야 합니다") },
  { name: "lines", game: "slot", looks: WHOLE, problem: () => gettext("하나를 고르세요") },
  { name: "choice", game: "rps", looks: /./, problem: () => gettext("하나를 고르세요") },
  { name: "pull_count", game: "gacha", looks: WHOLE, problem: () => gettext("하나를 고르세요") },
  { name: "pity_before", game: "gacha", looks: WHOLE, problem: () => gettext("0 이상의 정수여야 합니다") },
  { name: "auto_cashout_multiplier", game: "crash", looks: MULTIPLIER, empty: true, problem: () => gettext("소수 둘째 자리까지의 배수여야 합니다") },
  { name: "cashout_multiplier", game: "crash", looks: MULTIPLIER, empty: true, problem: () => gettext("소수 둘째 자리까지의 배수여야 합니다") },
];

/** Every field but the table's version, with nothing in it: also a choice is then to be made. */
const EMPTY = Object.fromEntries(RULES.map(({ name }) => [name, ""]).filter(([name]) => name !== "config_version"));

/** What each game's bet is made of, out of the form and out of a recorded outcome. */
const PARAMS = {
  slot: {
    typed: (/** @type {(name: string) => string} */ value) => ({ lines: Number(value("lines")) }),
    recorded: (/** @type {any} */ outcome) => ({ lines: outcome.lines }),
  },
  rps: {
    typed: (/** @type {(name: string) => string} */ value) => ({ choice: value("choice") }),
    recorded: (/** @type {any} */ outcome) => ({ choice: outcome.player_choice }),
  },
  gacha: {
    typed: (/** @type {(name: string) => string} */ value) => ({ pull_count: Number(value("pull_count")), pity_before: Number(value("pity_before")) }),
    recorded: (/** @type {any} */ outcome) => ({ pull_count: outcome.pull_count, pity_before: outcome.pity?.before }),
  },
  crash: {
    typed: (/** @type {(name: string) => string} */ value) => ({ auto_cashout_multiplier: orNull(value("auto_cashout_multiplier")), cashout_multiplier: orNull(value("cashout_multiplier")) }),
    recorded: (/** @type {any} */ outcome) => ({ auto_cashout_multiplier: outcome.auto_cashout_multiplier, cashout_multiplier: outcome.cashout_multiplier }),
  },
};

/** @param {string} typed */
const orNull = (typed) => (typed === "" ? null : Number(typed));

/**
 * The few words of an outcome that tell two apart.
 * @param {string} game @param {any} outcome @param {import("./telling.js").Names} names
 */
function brief(game, outcome, names) {
  /** @param {string} id */
  const named = (id) => names[id]?.name ?? id;
  if (game === "slot") return outcome.reels?.map((/** @type {string[]} */ row) => row.map(named).join(" ")).join(" / ");
  if (game === "rps") return [outcome.player_choice, outcome.computer_choice].map(handName).join(" – ");
  if (game === "gacha") return outcome.items?.map((/** @type {any} */ item) => named(item.item_id)).join(", ");
  return [`${outcome.crash_point}x`, outcome.cashout_multiplier && `→ ${outcome.cashout_multiplier}x`].filter(Boolean).join(" ");
}

export class Verifier {
  /** @param {HTMLElement} root @param {Data} data */
  constructor(root, data) {
    this.data = data;
    this.names = data.names[language] ?? {};
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
    this.place = /** @type {HTMLElement} */ (root.querySelector("[data-part=result]"));
    this.recorded = /** @type {HTMLElement} */ (root.querySelector("[data-part=recorded]"));
    this.paste = /** @type {HTMLTextAreaElement} */ (root.querySelector("[data-part=paste]"));
    /** @type {any} */
    this.record = null;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.verify({ aloud: true });
    });
    this.input("game").addEventListener("change", () => { this.forget(); this.showGame(); });
    root.querySelector("[data-part=forget]")?.addEventListener("click", () => this.forget());
    root.querySelector("[data-part=read]")?.addEventListener("click", () => this.readPaste());
    this.showGame();
    if (data.record) this.fill(data.record);
  }

  /** @param {string} name */
  input(name) {
    return /** @type {HTMLInputElement | HTMLSelectElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {string} name */
  value(name) {
    return this.input(name).value.trim();
  }

  /** Shows what the chosen game's bet is made of, and its tables. */
  showGame() {
    const game = this.value("game");
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-for]"))) part.hidden = part.dataset.for !== game;
    this.input("config_version").replaceChildren(...(this.data.tables[game] ?? []).map(({ version }) => new Option(fill(gettext("버전 %(version)s"), { version }), String(version))));
  }

  /** Writes a round, or only a pair of seeds, into the form; nothing of the one before stays. @param {any} record */
  fill(record) {
    const fair = record.fair ?? record;
    this.forget();
    /** @type {Record<string, any>} */
    const values = { ...EMPTY, server_seed: fair.server_seed, server_seed_hash: fair.server_seed_hash, client_seed: fair.client_seed, nonce: fair.nonce };
    if (Object.hasOwn(PARAMS, record.game_type)) {
      this.input("game").value = record.game_type;
      this.showGame();
      Object.assign(values, { stake: record.bet_amount }, record.config_version && { config_version: record.config_version });
      if (record.outcome) {
        Object.assign(values, PARAMS[/** @type {keyof typeof PARAMS} */ (record.game_type)].recorded(record.outcome));
        this.remember(record);
      }
    }
    for (const [name, value] of Object.entries(values)) this.input(name).value = String(value ?? "");
    this.place.hidden = true;
  }

  /** Keeps what the club recorded, to compare with. @param {any} record */
  remember(record) {
    this.record = { outcome: record.outcome, payout: record.win_amount };
    const words = this.recorded.querySelector("[data-part=recorded-words]");
    if (words) words.textContent = fill(gettext("기록된 결과와 비교합니다: %(outcome)s · %(payout)sG"), { outcome: brief(record.game_type, record.outcome, this.names), payout: record.win_amount });
    this.recorded.hidden = false;
  }

  forget() {
    this.record = null;
    this.recorded.hidden = true;
  }

  readPaste() {
    let words = "";
    try {
      const record = JSON.parse(this.paste.value);
      if (!(record.fair ?? record).client_seed) throw new SyntaxError("no seeds");
      this.fill(record);
      (this.value("server_seed") ? /** @type {HTMLElement} */ (this.form.querySelector("[type=submit]")) : this.input("server_seed")).focus();
    } catch {
      words = gettext("라운드 기록을 읽을 수 없습니다. JSON을 그대로 붙여 넣어 주세요.");
      this.paste.focus();
      announce(words);
    }
    complain(this.form, "paste", words);
  }

  /** The round of the form, or null after saying what is missing. @returns {import("./engine.js").Round | null} */
  round() {
    const game = this.value("game");
    const bad = RULES.filter(({ name, game: only, looks, empty, problem }) => {
      const wrong = (!only || only === game) && !(empty && this.value(name) === "") && !looks.test(this.value(name));
      complain(this.form, name, wrong ? problem() : "");
      return wrong;
    });
    if (bad.length) {
      announce(bad[0].problem());
      fieldOf(this.form, bad[0].name).input?.focus();
      return null;
    }
    const version = Number(this.value("config_version"));
    const { table } = /** @type {Version} */ (this.data.tables[game].find((each) => each.version === version));
    const params = PARAMS[/** @type {keyof typeof PARAMS} */ (game)].typed((name) => this.value(name));
    return { game, table, params, server_seed: this.value("server_seed"), client_seed: this.input("client_seed").value, nonce: BigInt(this.value("nonce")).toString(), stake: Number(this.value("stake")) };
  }

  /** Plays the round of the form again and tells what came of it. @param {{ aloud?: boolean }} [options] aloud: somebody asked and waits */
  verify({ aloud = false } = {}) {
    const round = this.round();
    if (!round) return;
    const found = replay(round);
    const checks = this.checks(round.game, found);
    tell(this.place, round, found, checks, this.names);
    if (!aloud) return;
    this.place.focus();
    announce(verdict(checks).words);
  }

  /** @param {string} game @param {ReturnType<typeof replay>} found */
  checks(game, found) {
    /** @type {import("./telling.js").Check[]} */
    const checks = [];
    const published = this.value("server_seed_hash").toLowerCase();
    if (published) checks.push({ name: gettext("서버 시드 해시"), of: "seed", ok: published === found.server_seed_hash, expected: published, actual: found.server_seed_hash });
    if (this.record) {
      const { outcome, payout } = this.record;
      const [told, seen] = [brief(game, outcome, this.names), brief(game, found.outcome, this.names)];
      const ok = agrees(found.outcome, outcome);
      const same = !ok && told === seen;
      checks.push({ name: gettext("결과"), of: "round", ok, expected: same ? JSON.stringify(outcome) : told, actual: same ? JSON.stringify(found.outcome) : seen });
      checks.push({ name: gettext("지급"), of: "round", ok: payout === found.payout, expected: `${payout}G`, actual: `${found.payout}G` });
    }
    return checks;
  }
}

/** Starts the verifier with what the page brought along. @param {HTMLElement} root */
export function startVerifier(root) {
  const verifier = new Verifier(root, JSON.parse(document.getElementById("verifier-data")?.textContent ?? "{}"));
  if (verifier.data.record?.fair?.server_seed) verifier.verify();
  return verifier;
}
