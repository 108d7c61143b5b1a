// @ts-check
/** A verified round told to a person: the verdict, what was compared, the outcome, and every step with its values. */
import { drawing, make } from "../components.js";
import { fill, gettext, handName, number } from "../words.js";

/**
 * @typedef {import("./engine.js").Round} Round
 * @typedef {ReturnType<typeof import("./engine.js").replay>} Found
 * @typedef {{ name: string, of: "seed" | "round", ok: boolean, expected: string, actual: string }} Check
 * @typedef {Record<string, { name: string, art?: string }>} Names what faces and items are called, and how faces are drawn
 */

const percentage = (/** @type {number} */ multiplier) => `×${multiplier.toLocaleString("en-US", { maximumFractionDigits: 2 })}`;

/** @param {string} result */
const resultName = (result) => ({ win: gettext("승"), lose: gettext("패"), draw: gettext("무") })[result] ?? result;

/** The verdict in one sentence. @param {Check[]} checks */
export function verdict(checks) {
  const wrong = checks.filter((check) => !check.ok).length;
  if (wrong) return { tone: "loss", words: fill(gettext("맞지 않는 것이 %(count)s가지 있습니다."), { count: wrong }) };
  if (checks.some((check) => check.of === "round")) return { tone: "gain", words: gettext("모두 맞습니다. 이 라운드는 약속대로 진행되었습니다.") };
  if (checks.length) return { tone: "", words: gettext("서버 시드가 해시와 맞습니다. 이 값들에서 나오는 결과입니다.") };
  return { tone: "", words: gettext("이 값들에서 나오는 결과입니다. 지문이나 기록을 넣으면 비교해 드립니다.") };
}

/** @param {Check[]} checks */
function verdictNote(checks) {
  const { tone, words } = verdict(checks);
  const icon = { gain: "icon-check", loss: "icon-warning" }[tone] ?? "icon-info";
  const note = make("p", `note${tone ? ` note--${tone}` : ""}`, drawing(icon), make("strong", "note__words", words));
  note.dataset.testid = "verdict";
  note.dataset.verdict = tone === "gain" ? "valid" : tone === "loss" ? "invalid" : "computed";
  return note;
}

/** @param {Check} check */
function checkRow({ name, ok, expected, actual }) {
  const row = make("li", `checks__row ${ok ? "gain" : "loss"}`, drawing(ok ? "icon-check" : "icon-close"), make("b", "", name, make("span", "unseen", `: ${ok ? gettext("일치") : gettext("불일치")}`)));
  const values = make("dl", "checks__values");
  if (ok) values.append(make("div", "", make("dt", "", gettext("같은 값")), make("dd", "", make("code", "", actual))));
  else {
    values.append(make("div", "", make("dt", "", gettext("기록")), make("dd", "", make("code", "", expected))));
    values.append(make("div", "", make("dt", "", gettext("계산")), make("dd", "", make("code", "", actual))));
  }
  row.dataset.ok = String(ok);
  row.append(values);
  return row;
}

/** The outcome as a person would see it. @param {Round} round @param {Found} found @param {Names} names */
function outcome(round, { outcome: shown, payout }, names) {
  const paid = make("p", "told__paid", make("b", payout > round.stake ? "gain" : payout ? "" : "soft", `${number(payout)}G`), ` ${fill(gettext("지급 · 베팅 %(stake)sG"), { stake: number(round.stake) })}`);
  /** @type {Record<string, () => Node[]>} */
  const pictures = {
    slot: () => {
      const cells = shown.reels.flat().map((/** @type {string} */ face) => {
        const known = names[face];
        return make("li", "", known?.art ? drawing(known.art, "symbol") : face, make("span", "unseen", known?.name ?? face));
      });
      return [make("ol", "told__reels", ...cells)];
    },
    rps: () => [make("p", "", `${fill(gettext("나 %(mine)s · 하우스 %(house)s"), { mine: handName(shown.player_choice), house: handName(shown.computer_choice) })} · `, make("b", "", resultName(shown.result)))],
    gacha: () => [make("ol", "told__items", ...shown.items.map((/** @type {any} */ item) => {
      const flags = [item.pity && gettext("천장"), item.guaranteed && gettext("10회 보장")].filter(Boolean).map((flag) => make("span", "badge badge--line", flag));
      return make("li", "", make("span", "faint", `${item.rarity} `), names[item.item_id]?.name ?? item.name, ` · ${number(item.gold_value)}G `, ...flags);
    }))],
    crash: () => [make("p", "", fill(gettext("%(point)sx에서 크래시"), { point: shown.crash_point.toFixed(2) }), " · ", make("b", "", shown.cashout_multiplier === null ? gettext("캐시아웃 없음") : fill(gettext("%(left)sx에서 캐시아웃"), { left: shown.cashout_multiplier.toFixed(2) })))],
  };
  const box = make("div", "told__outcome well", ...pictures[round.game](), paid);
  box.dataset.testid = "verified-outcome";
  return box;
}

/** What a number was drawn for. @param {import("./dice.js").Purpose} purpose */
function purposeWords({ what, row = 0, column = 0, pull = 0, pity, guaranteed }) {
  if (what === "cell") return fill(gettext("%(row)s행 %(column)s열"), { row: row + 1, column: column + 1 });
  if (what === "hand") return gettext("하우스의 손");
  const words = fill(what === "rarity" ? gettext("%(pull)s번째 등급") : gettext("%(pull)s번째 아이템"), { pull });
  return [words, pity && gettext("천장"), guaranteed && gettext("10회 보장")].filter(Boolean).join(" · ");
}

/** @param {string[]} heads @param {(Node | string)[][]} rows @param {string} caption */
function table(heads, rows, caption) {
  const head = make("tr", "", ...heads.map((words) => Object.assign(make("th", "", words), { scope: "col" })));
  const body = rows.map((cells) => make("tr", "", ...cells.map((cell) => make("td", "", cell))));
  const scroll = make("div", "scroll", make("table", "table walk__table", make("caption", "unseen", caption), make("thead", "", head), make("tbody", "", ...body)));
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", caption);
  return scroll;
}

/** @param {Found} found @param {Names} names */
function drawRows({ draws }, names) {
  return draws.map(({ faces, word, block, place, thrown, result, purpose, picked }) => [
    purposeWords(purpose),
    make("span", "", make("code", "", word.toString(16).padStart(8, "0")), make("span", "tiny faint", ` ${fill(gettext("블록 %(block)s의 %(place)s번째"), { block, place: place + 1 })}`), ...(thrown.length ? [make("span", "tiny faint", ` · ${fill(gettext("버린 수 %(count)s개"), { count: thrown.length })}`)] : [])),
    make("code", "", `${word} mod ${faces} = ${result}`),
    purpose.what === "hand" ? handName(picked) : names[picked]?.name ?? picked,
  ]);
}

/** How the crash point follows from the first block. @param {Round} round @param {Found} found */
function pointSteps({ table: { return_hundredths: share, top } }, { blocks, outcome: shown }) {
  const digits = blocks[0].hex.slice(0, 13);
  const lines = [
    `X = 0x${digits} = ${BigInt(`0x${digits}`)}`,
    `⌊${share} · 2^52 / (2^52 − X)⌋ / 100`,
    `max(1.00, …), min(…, ${(top / 100).toFixed(2)}) = ${shown.crash_point.toFixed(2)}`,
  ];
  return make("pre", "walk__code", lines.join("\n"));
}

/** How the gold follows from the outcome. @param {Round} round @param {Found} found @param {Names} names */
function payoutLines({ game, stake, params }, { outcome: shown, payout }, names) {
  /** @type {Record<string, () => string[]>} */
  const sums = {
    slot: () => shown.win_lines.map((/** @type {any} */ win) => `${fill(gettext("%(line)s번 라인"), { line: win.line })} ${names[win.symbol]?.name ?? win.symbol} ${win.count}: ⌊${stake} ${percentage(win.multiplier)} ÷ ${params.lines}⌋ = ${win.amount}`),
    rps: () => [`⌊${stake} ${percentage(shown.multiplier)}⌋ = ${payout}`],
    gacha: () => [`${shown.items.map((/** @type {any} */ item) => item.gold_value).join(" + ")} = ${payout}`],
    crash: () => (shown.cashout_multiplier === null ? [] : [`⌊${stake} ${percentage(shown.cashout_multiplier)}⌋ = ${payout}`]),
  };
  const lines = sums[game]();
  return (lines.length === 1 ? lines : [...lines, `= ${payout}`]).join("\n");
}

/** @param {Found} found */
function payoutWords({ outcome: { cashout_multiplier: left = null, auto_cashout_multiplier: target } }) {
  const words = gettext("표의 배수를 곱하고 골드 단위로 내림합니다.");
  if (left === null || left === target) return words;
  return `${words} ${gettext("직접 나간 배수는 그 시각의 것이라 기록을 그대로 쓰고, 크래시보다 낮은지 확인합니다.")}`;
}

/** @param {string} title @param {string} words @param {...(Node | string)} values */
const step = (title, words, ...values) => make("li", "walk__one", make("h3", "", title), make("p", "small soft", words), ...values);

/** @param {Round} round @param {Found} found @param {Names} names */
function steps(round, found, names) {
  const code = (/** @type {string} */ text) => make("pre", "walk__code", text);
  const drawn = round.game === "crash" ? pointSteps(round, found) : table([gettext("무엇"), gettext("수"), gettext("계산"), gettext("결과")], drawRows(found, names), gettext("뽑은 수"));
  const list = make("ol", "walk",
    step(gettext("서버 시드 해시"), gettext("서버 시드 글자 그대로의 SHA-256이 시작 전에 공개된 지문입니다."), code(`SHA-256("${round.server_seed}")\n= ${found.server_seed_hash}`)),
    step(gettext("섞는 글"), gettext("클라이언트 시드, 논스, 게임, 블록 번호를 쌍점으로 이은 글에 서버 시드를 열쇠로 씁니다."), code(found.blocks.map(({ message }) => message).join("\n"))),
    step(gettext("블록"), gettext("HMAC-SHA256의 32바이트를 네 바이트씩 끊어 빅 엔디언 정수로 읽습니다."), code(found.blocks.map(({ index, hex }) => `${index}: ${hex.match(/.{8}/g)?.join(" ")}`).join("\n"))),
    step(gettext("뽑기"), round.game === "crash" ? gettext("첫 블록의 앞 열세 자리로 크래시 지점을 정합니다.") : gettext("나누어떨어지는 범위를 넘는 수는 버리고, 나머지로 고릅니다. 그래서 치우침이 없습니다."), drawn),
    step(gettext("지급"), payoutWords(found), code(payoutLines(round, found, names))));
  const fold = make("details", "fold", make("summary", "fold__head", gettext("한 단계씩 보기")), list);
  fold.dataset.testid = "verified-steps";
  return fold;
}

/**
 * Shows a verified round.
 * @param {HTMLElement} place @param {Round} round @param {Found} found @param {Check[]} checks @param {Names} names
 */
export function tell(place, round, found, checks, names) {
  place.replaceChildren(verdictNote(checks), ...(checks.length ? [make("ul", "checks", ...checks.map(checkRow))] : []), outcome(round, found, names), steps(round, found, names));
  place.hidden = false;
}
