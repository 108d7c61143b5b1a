"""Fairness in the browser: the same golden vectors as the server's, the page, and the verifier as a file on a disk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from games.tests.conftest import GOLDEN
from tests.browser.conftest import DESKTOP, PHONE, Visit

Begin = Callable[..., Visit]
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
UNTOLD = {"banner", "rare_item_count", "ultra_rare_item_count", "animation_type"}
"""What a round keeps besides the draw: a name, sums of what was drawn, the staging."""


def record_of(vector: dict[str, Any]) -> dict[str, Any]:
    """A golden round as the API would tell it once its seed is revealed."""
    fair = {name: vector[name] for name in ("server_seed", "server_seed_hash", "client_seed", "nonce")}
    return {
        "game_type": vector["game"], "config_version": 1, "bet_amount": vector["stake"],
        "win_amount": vector["payout"], "outcome": vector["outcome"], "fair": fair,
    }  # fmt: skip


def rounds_of_every_game() -> list[dict[str, Any]]:
    """Of each game the published rounds by its first table."""
    return [one for one in GOLDEN["rounds"] if one["table"] == f"{one['game']} version 1"]


def paste(page: Page, record: dict[str, Any]) -> None:
    """Gives the verifier a round's JSON and asks for its verdict."""
    fold = page.locator("details", has=page.locator("[data-part=paste]"))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    page.locator("[data-part=paste]").fill(json.dumps(record, ensure_ascii=False))
    page.locator("[data-part=read]").click()
    page.get_by_test_id("verify").click()


def verdict(page: Page) -> Any:
    return page.get_by_test_id("verdict")


def spin(page: Page, club: Visit, **bet: Any) -> dict[str, Any]:
    """One spin over the API by whoever is signed in on the page."""
    token = next(cookie["value"] for cookie in club.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": club.url}
    answer = page.request.post(f"{club.url}/api/games/slot/spin", data=bet, headers=headers)
    assert answer.status == 200, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def test_the_browser_finds_every_golden_vector(visit: Begin) -> None:
    page = visit().page("/fairness")
    found = page.evaluate(
        """async ({ dice, rounds, tables }) => {
          const { replay } = await import("/static/js/fairness/engine.js");
          const { commitment, Dice } = await import("/static/js/fairness/dice.js");
          return {
            dice: dice.map((vector) => {
              const [blocks, words, draws] = [new Dice(vector), new Dice(vector), new Dice(vector)];
              return {
                server_seed_hash: commitment(vector.server_seed),
                blocks: vector.blocks.map((_, index) => blocks.block(index)),
                words: vector.words.map(() => words.word().word),
                draws: vector.draws.map(([faces]) => [faces, draws.draw(faces, { what: "" })]),
              };
            }),
            rounds: rounds.map((vector) => {
              const { server_seed_hash, outcome, payout } = replay({ ...vector, table: tables[vector.table] });
              return { server_seed_hash, outcome, payout };
            }),
          };
        }""",
        {name: GOLDEN[name] for name in ("dice", "rounds", "tables")},
    )
    for vector, told in zip(GOLDEN["dice"], found["dice"], strict=True):
        assert {name: vector[name] for name in told} == told, vector["name"]
    for vector, told in zip(GOLDEN["rounds"], found["rounds"], strict=True):
        assert (vector["server_seed_hash"], vector["payout"]) == (told["server_seed_hash"], told["payout"]), vector
        assert vector["outcome"] == told["outcome"] | {
            name: value for name, value in vector["outcome"].items() if name in UNTOLD
        }, vector["name"]


def test_the_hash_of_the_browser_is_the_standard_one(visit: Begin) -> None:
    page = visit().page("/fairness")
    differences = page.evaluate(
        """async () => {
          const { bytes, hex, hmac, sha256 } = await import("/static/js/fairness/sha256.js");
          const same = async (length) => {
            const text = "가a~".repeat(length).slice(0, length);
            const key = bytes(text.slice(0, length % 140) || " ");
            const raw = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
            const [digest, mac] = await Promise.all([crypto.subtle.digest("SHA-256", bytes(text)), crypto.subtle.sign("HMAC", raw, bytes(text))]);
            return hex(new Uint8Array(digest)) === hex(sha256(bytes(text))) && hex(new Uint8Array(mac)) === hex(hmac(key, bytes(text)));
          };
          const checked = await Promise.all([...Array(300).keys()].map(same));
          return checked.flatMap((ok, length) => (ok ? [] : [length]));
        }"""  # noqa: E501 - JavaScript
    )
    assert differences == []


def test_a_visitor_is_shown_the_way_and_may_verify(visit: Begin) -> None:
    page = visit(viewport=PHONE).page("/fairness")
    expect(page.get_by_test_id("trail").locator("li")).to_have_count(5)
    expect(page.get_by_test_id("seed-pair")).to_have_count(0)
    expect(verdict(page)).to_have_attribute("data-verdict", "valid")
    for vector in rounds_of_every_game():
        paste(page, record_of(vector))
        expect(verdict(page), vector["name"]).to_have_attribute("data-verdict", "valid")
    page.get_by_test_id("verified-steps").locator("summary").click()
    expect(page.get_by_test_id("verified-steps").locator("li")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_fingerprint_alone_does_not_vouch_for_the_round(visit: Begin) -> None:
    page = visit().page("/fairness")
    expect(verdict(page)).to_have_attribute("data-verdict", "valid")
    page.locator("[data-part=forget]").click()
    page.locator("#verify-stake").fill("10000")
    page.get_by_test_id("verify").click()
    expect(page.locator(".checks__row[data-ok=true]")).to_have_count(1)
    expect(verdict(page)).to_have_attribute("data-verdict", "computed")
    expect(verdict(page)).not_to_contain_text("모두 맞습니다")
    page.locator("#verify-hash").fill("0" * 64)
    page.get_by_test_id("verify").click()
    expect(verdict(page)).to_have_attribute("data-verdict", "invalid")


def test_a_false_record_is_told_so(visit: Begin) -> None:
    page = visit().page("/fairness")
    [vector] = [one for one in GOLDEN["rounds"] if one["name"] == "rock wins, amount cut"]
    paste(page, record_of(vector) | {"win_amount": vector["payout"] + 1})
    expect(verdict(page)).to_have_attribute("data-verdict", "invalid")
    expect(page.locator(".checks__row[data-ok=false]")).to_have_count(1)
    swapped = vector["outcome"] | {"computer_choice": "paper", "result": "lose"}
    paste(page, record_of(vector) | {"outcome": swapped})
    expect(page.locator(".checks__row[data-ok=false]")).to_have_count(1)
    fair = record_of(vector)["fair"] | {"server_seed_hash": "0" * 64}
    paste(page, record_of(vector) | {"fair": fair})
    expect(page.locator(".checks__row[data-ok=false] b").first).to_contain_text("서버 시드 해시")
    page.locator("[data-part=paste]").fill("no JSON")
    page.locator("[data-part=read]").click()
    expect(page.locator("[data-part=paste]")).to_be_focused()
    expect(page.locator("#verify-paste-hint")).to_contain_text("라운드 기록을 읽을 수 없습니다")
    page.locator("#verify-seed").fill("not a seed")
    page.get_by_test_id("verify").click()
    expect(page.locator("#verify-seed")).to_be_focused()
    expect(page.locator("#verify-seed-hint")).to_have_text("16진수 64자리여야 합니다")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_player_rotates_and_verifies_the_last_round(visit: Begin, viewport: dict[str, int]) -> None:
    club = visit(viewport=viewport)
    page = club.sign_up("/fairness")
    page.wait_for_load_state()
    expect(page.get_by_test_id("trail")).to_contain_text("예시 라운드로")
    page.locator("#clientSeed").fill("moonlight 7")
    page.get_by_role("button", name="클라이언트 시드 바꾸기").click()
    expect(page.get_by_test_id("toast")).to_contain_text("클라이언트 시드를 바꿨습니다")
    told = spin(page, club, bet_amount=100, lines=5)
    assert told["fair"]["client_seed"] == "moonlight 7"
    page.goto(f"{club.url}/fairness?round={told['round_id']}")
    expect(page.get_by_test_id("asked-sealed")).to_be_visible()
    expect(page.get_by_test_id("trail")).to_contain_text("moonlight 7:0:slot:0")
    announced = page.locator("[data-pair=next_server_seed_hash]").inner_text()

    page.get_by_test_id("rotate-open").click()
    page.get_by_test_id("rotate").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("[data-pair=server_seed_hash]")).to_have_text(announced)
    expect(page.locator("[data-pair=nonce]")).to_have_text("0")
    expect(page.get_by_test_id("past-pairs").locator("> li")).to_have_count(1)

    page.goto(f"{club.url}/fairness?round={told['round_id']}")
    expect(verdict(page)).to_have_attribute("data-verdict", "valid")
    expect(page.locator(".checks__row[data-ok=true]")).to_have_count(3)
    expect(page.locator("#verify-hash")).to_have_value(told["fair"]["server_seed_hash"])
    page.get_by_test_id("past-pairs").locator("summary").click()
    page.get_by_test_id("past-pairs").get_by_role("button").click()
    expect(page.locator("#verify-nonce")).to_be_focused()
    expect(page.get_by_test_id("verified")).to_be_hidden()
    for name in ("nonce", "stake", "lines"):
        expect(page.locator(f"#verify-{name}")).to_have_value("")
    page.get_by_test_id("verify").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(3)
    expect(page.get_by_test_id("verified")).to_be_hidden()
    expect(page.get_by_test_id("past-pairs")).to_contain_text("마지막 클라이언트 시드")


def test_an_open_round_stays_sealed_and_the_dialog_says_so(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/fairness")
    error = {"code": "ROUND_OPEN", "message": "", "details": None, "request_id": "0" * 12}
    body = json.dumps({"detail": "", "error": error})
    page.route(
        "**/api/fairness/rotate",
        lambda route: route.fulfill(status=409, content_type="application/json", body=body),
    )
    page.wait_for_load_state()
    page.get_by_test_id("rotate-open").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.locator("#newClientSeed").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("진행 중인 라운드가 있습니다. 끝난 뒤에 다시 시도해 주세요.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_test_id("rotate-open")).to_be_focused()
    club.faults.clear()  # the browser logs the refusal as an error of its own


def test_a_client_seed_that_cannot_be_is_refused_at_its_field(visit: Begin) -> None:
    club = visit()
    page = club.sign_up("/fairness")
    page.wait_for_load_state()
    page.locator("#clientSeed").fill("a:b")
    page.locator("#clientSeed").press("Enter")
    expect(page.locator("#clientSeed")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#clientSeed")).to_be_focused()
    expect(page.locator("#clientSeed-hint")).not_to_be_empty()
    expect(page.locator("#clientSeed")).to_have_value("a:b")
    club.faults.clear()  # the browser logs the refusal as an error of its own


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_file_verifies_every_game_without_any_network(
    visit: Begin, browser: Browser, tmp_path: Path, language: str
) -> None:
    page = visit().page("/fairness")
    with page.expect_download() as caught:
        page.get_by_role("link", name="검증기 내려받기").first.click()
    file = tmp_path / "verifier.html"
    caught.value.save_as(file)

    asked: list[str] = []
    faults: list[str] = []
    disk = browser.new_context(viewport=PHONE, locale="ko-KR", offline=True)  # type: ignore[arg-type]
    alone = disk.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: faults.append(str(error)))
    alone.on("console", lambda entry: faults.append(entry.text) if entry.type == "error" else None)
    alone.goto(f"{file.as_uri()}#{language}")
    assert alone.locator("html").get_attribute("lang") == language
    for vector in rounds_of_every_game():
        paste(alone, record_of(vector))
        expect(verdict(alone), vector["name"]).to_have_attribute("data-verdict", "valid")
        alone.get_by_test_id("verified-steps").locator("summary").click()
        text = alone.title() + alone.locator("body").inner_text()
        assert (language == "ko") == bool(HANGUL.search(text)), HANGUL.findall(text)
        assert alone.evaluate("document.documentElement.scrollWidth <= innerWidth"), vector["name"]
    paste(alone, record_of(vector) | {"win_amount": 1})
    expect(verdict(alone)).to_have_attribute("data-verdict", "invalid")
    paste(alone, record_of(vector) | {"config_version": 99})
    expect(alone.locator("#verify-version")).to_be_focused()
    expect(alone.locator("#verify-version-hint")).not_to_be_empty()
    expect(verdict(alone)).to_be_hidden()
    disk.close()
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert faults == []


def test_the_file_forbids_itself_every_request(visit: Begin, club_url: str) -> None:
    page = visit().page("/fairness")
    answer = page.request.get(f"{club_url}/fairness/verifier.html")
    assert answer.headers["content-disposition"].startswith("attachment")
    text = answer.text()
    assert "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:" in text
    for name in ("sha256", "dice", "engine", "telling", "verifier"):
        source = (Path(__file__).parents[2] / "static" / "js" / "fairness" / f"{name}.js").read_text(encoding="utf-8")
        body = re.split(r"^import .*\n", source, flags=re.MULTILINE)[-1]
        assert re.sub(r"^export ", "", body, flags=re.MULTILINE) in text, name
