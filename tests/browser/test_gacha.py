"""The gacha screen: what it asks, how it turns the cards, what it states of price and return."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Visit

Begin = Callable[..., Visit]
PULL = "**/api/games/gacha/pull"
SEED_HASH = "9f2c" + "ab" * 28 + "41e7"
COMMON = {"item_id": "lamp", "name": "은화 램프", "rarity": "Common", "gold_value": 100}
RARE = {"item_id": "mask", "name": "은빛 가면", "rarity": "Rare", "gold_value": 600}
EPIC = {"item_id": "rose", "name": "겨울 장미", "rarity": "Epic", "gold_value": 2500}


def card(item: dict[str, Any], *, new: bool = False, pity: bool = False, guaranteed: bool = False) -> dict[str, Any]:
    return {**item, "is_new": new, "pity": pity, "guaranteed": guaranteed}


def answer(cards: list[dict[str, Any]], *, pity: int = 7, nonce: int = 41) -> dict[str, Any]:
    """A round of pulls as the server would tell it."""
    bet, win = (500 if len(cards) == 1 else 4500), sum(one["gold_value"] for one in cards)
    return {
        "success": True, "round_id": f"00000000-0000-4000-8000-{nonce:012d}", "game_type": "gacha", "message": "",
        "bet_amount": bet, "win_amount": win, "net_change": win - bet, "balance": 5000 + win - bet,
        "fair": {"server_seed_hash": SEED_HASH, "client_seed": "moonlight", "nonce": nonce},
        "config_version": 1, "idempotent_reuse": False, "banner": "standard", "pull_count": len(cards), "items": cards,
        "rare_item_count": 0, "ultra_rare_item_count": 0, "animation_type": "normal",
        "pity": {"before": 6, "after": pity, "pulls_until_pity": 90 - pity}, "currency_balance": {"tokens": 0},
    }  # fmt: skip


def refusal(status: int, code: str, message: str) -> dict[str, Any]:
    """An error in the club's envelope, as `fulfill` takes it."""
    error = {"code": code, "message": message, "details": None, "request_id": "0" * 12}
    return {
        "status": status,
        "content_type": "application/json",
        "body": json.dumps({"detail": message, "error": error}),
    }


def answers_with(page: Page, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Plays the server's end; returns what is asked of it."""
    asked: list[dict[str, Any]] = []

    def tell(route: Route) -> None:
        asked.append(route.request.post_data_json or {})
        route.fulfill(content_type="application/json", body=json.dumps(told))

    page.route(PULL, tell)
    return asked


def ready(page: Page) -> Page:
    """Waits until the salon's script listens."""
    expect(page.locator("[data-component=gacha][data-ready]")).to_be_attached()
    return page


def part(page: Page, name: str) -> Any:
    return page.locator(f"[data-part={name}]").first


def expect_failed_loads(club: Visit) -> None:
    """The browser notes every refused request in its console: those of this test were meant."""
    club.faults[:] = [fault for fault in club.faults if "Failed to load resource" not in fault]


@pytest.fixture
def still(visit: Begin) -> Visit:
    """A visit that shows results at once."""
    club = visit()
    club.context.add_cookies([{"name": "motion", "value": "off", "url": club.url}])
    return club


@pytest.fixture
def salon(still: Visit) -> Page:
    return ready(still.sign_up("/games/gacha"))


def test_one_pull_by_the_keyboard_alone_moves_everything_the_player_stands_on(salon: Page) -> None:
    salon.get_by_test_id("gacha-pull-1").focus()
    with salon.expect_request(PULL) as asked:
        salon.keyboard.press("Enter")
    assert asked.value.post_data_json == {"pull_count": 1, "banner": "standard"}
    expect(salon.locator(".pull")).to_have_count(1)
    expect(salon.locator(".pull [data-fill=new]")).to_be_visible()  # the first card is always new
    expect(salon.get_by_test_id("gacha-today")).to_contain_text("99")
    expect(salon.get_by_test_id("gacha-album")).to_contain_text("1 / 15")
    name = salon.locator(".pull [data-fill=name]").inner_text()
    expect(salon.locator(".album__one:not(.album__one--none) .album__name")).to_have_text(name)
    row = salon.locator(".recent__item")
    expect(row).to_have_count(1)
    net = int(row.get_attribute("data-net") or "")
    assert net in (-400, 100, 2000, 19_500)
    expect(part(salon, "net")).to_have_text(f"{'+' if net > 0 else '−'}{abs(net):,}G")
    expect(salon.get_by_test_id("gold-quick")).to_have_text(f"{1000 + net:,}G")
    row.locator("summary").click()
    expect(row.locator("[data-fill=cards] li")).to_contain_text(name)
    expect(row.locator("[data-fill=id]")).to_have_attribute("href", f"/rounds/{row.get_attribute('data-round')}")
    live = row.evaluate("row => row.textContent.replace(/\\s+/g, ' ').trim()")
    pity = salon.get_by_test_id("gacha-pity").inner_text()
    salon.reload()
    assert salon.locator(".recent__item").first.evaluate("row => row.textContent.replace(/\\s+/g, ' ').trim()") == live
    assert salon.get_by_test_id("gacha-pity").inner_text() == pity
    expect(salon.locator(".pull [data-fill=name]")).to_have_text(name)


def test_ten_cards_that_bring_less_than_they_cost_are_stated_and_not_celebrated(salon: Page) -> None:
    cards = [card(COMMON, new=True), *[card(COMMON)] * 7, card(EPIC, new=True), card(RARE, guaranteed=True)]
    asked = answers_with(salon, answer(cards))
    salon.get_by_test_id("gacha-pull-10").click()
    expect(part(salon, "net")).to_have_text("−600G")
    expect(part(salon, "net")).to_have_class("last__net soft")
    expect(part(salon, "detail")).to_have_text("4,500 중 3,900 돌려받음")
    expect(part(salon, "last")).to_have_attribute("data-mood", "returned")
    faces = salon.locator(".pull")
    expect(faces).to_have_count(10)
    expect(faces.nth(8).locator(".rarity")).to_have_text("Epic")
    assert faces.nth(8).locator(".pull__face").evaluate("face => getComputedStyle(face).boxShadow") == "none"
    expect(salon.locator(".pull [data-fill=new]:visible")).to_have_count(2)
    expect(salon.locator(".pull [data-fill=duplicate]:visible")).to_have_count(8)
    expect(faces.nth(9).locator("[data-fill=promise]")).to_have_text("10회 보장")
    expect(part(salon, "title")).to_have_text("마지막 10회 뽑기")
    expect(salon.get_by_test_id("announcer")).to_have_text(
        "Common 8, Rare 1, Epic 1. 새 아이템 은화 램프, 겨울 장미. 4,500 중 3,900 돌려받음"
    )
    assert [body["pull_count"] for body in asked] == [10]


def test_cards_that_bring_more_glow_and_the_net_comes_first(salon: Page) -> None:
    answers_with(salon, answer([card(EPIC, new=True, pity=True)], pity=0))
    salon.get_by_test_id("gacha-pull-1").click()
    expect(part(salon, "net")).to_have_text("+2,000G")
    expect(part(salon, "net")).to_have_class("last__net gain")
    expect(part(salon, "detail")).to_have_text("500G를 내고 2,500G를 돌려받았습니다")
    expect(salon.locator(".pull [data-fill=promise]")).to_have_text("천장")
    assert salon.locator(".pull__face").evaluate("face => getComputedStyle(face).boxShadow") != "none"


def test_cards_lie_face_down_until_the_server_answers_and_a_second_press_turns_them_all(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/gacha"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(PULL, hold)
    page.get_by_test_id("gacha-pull-10").click()
    expect(page.locator(".pull[data-down]")).to_have_count(10)
    expect(page.locator(".pull .gem__art use[href*=item-]")).to_have_count(0)  # nothing to peek at
    held[0].fulfill(content_type="application/json", body=json.dumps(answer([card(COMMON)] * 10)))
    expect(part(page, "detail")).to_have_text("카드를 뒤집는 중")
    page.get_by_test_id("gacha-pull-10").click()
    expect(part(page, "detail")).to_have_text("4,500 중 1,000 돌려받음", timeout=1_000)
    expect(page.locator(".pull[data-down]")).to_have_count(0)
    assert len(held) == 1


def test_skipping_the_animation_is_remembered(visit: Begin) -> None:
    page = ready(visit().sign_up("/games/gacha"))
    answers_with(page, answer([card(COMMON)] * 10))
    page.get_by_label("연출 건너뛰기").check()
    page.reload()
    ready(page)
    expect(page.get_by_label("연출 건너뛰기")).to_be_checked()
    page.get_by_test_id("gacha-pull-10").click()
    expect(part(page, "detail")).to_have_text("4,500 중 1,000 돌려받음", timeout=1_200)


def test_pulls_of_another_tab_join_the_list_and_the_album(still: Visit, salon: Page) -> None:
    second = still.page("/games/gacha")
    expect(second.get_by_test_id("connection-pill")).to_have_attribute("data-state", "live")
    salon.get_by_test_id("gacha-pull-1").click()
    expect(second.locator(".recent__item")).to_have_count(1)
    expect(second.get_by_test_id("gacha-album")).to_contain_text("1 / 15")
    expect(second.get_by_test_id("gacha-today")).to_contain_text("99")


def test_a_lost_answer_is_asked_for_again_with_the_same_key(still: Visit, salon: Page) -> None:
    sent: list[tuple[str | None, Any]] = []

    def lose(route: Route) -> None:
        sent.append((route.request.header_value("Idempotency-Key"), route.request.post_data_json))
        route.abort()

    salon.route(PULL, lose)
    salon.get_by_test_id("gacha-pull-1").click()
    expect(salon.get_by_test_id("network-error")).to_contain_text("1회 뽑기의 결과를 받지 못했습니다")
    expect(salon.locator(".pull")).to_have_count(0)
    salon.unroute(PULL)
    with salon.expect_request(PULL) as again:
        salon.get_by_test_id("gacha-retry").press("Enter")
    expect(salon.get_by_test_id("gacha-pull-1")).to_be_focused()
    assert {(again.value.header_value("Idempotency-Key"), str(again.value.post_data_json))} == {
        (key, str(body)) for key, body in sent
    }
    expect(salon.get_by_test_id("network-error")).to_have_count(0)
    expect(salon.locator(".recent__item")).to_have_count(1)
    expect_failed_loads(still)


def test_too_little_gold_leads_to_the_shop_and_the_cards_of_before_stay(still: Visit, salon: Page) -> None:
    salon.get_by_test_id("gacha-pull-1").click()
    expect(salon.locator(".recent__item")).to_have_count(1)
    name = salon.locator(".pull [data-fill=name]").inner_text()
    salon.route(PULL, lambda route: route.fulfill(**refusal(400, "INSUFFICIENT_GOLD", "골드가 부족합니다")))
    salon.get_by_test_id("gacha-pull-10").click()
    note = salon.get_by_test_id("gacha-refusal")
    expect(note).to_contain_text("골드가 부족합니다")
    expect(note.get_by_role("link")).to_have_attribute("href", "/shop")
    expect(salon.locator(".pull [data-fill=name]")).to_have_text(name)
    expect(part(salon, "title")).to_have_text("마지막 1회 뽑기")
    expect_failed_loads(still)


def test_a_pull_that_no_longer_fits_into_the_day_says_so_and_is_not_sent(salon: Page) -> None:
    asked = answers_with(salon, answer([card(COMMON)]))

    def nearly_over(route: Route) -> None:
        page = route.fetch()
        route.fulfill(response=page, body=page.text().replace('data-remaining="100"', 'data-remaining="3"'))

    salon.route("**/games/gacha", nearly_over)
    salon.get_by_test_id("gacha-pull-1").click()
    expect(salon.get_by_test_id("gacha-pull-10")).to_have_attribute("aria-disabled", "true")
    expect(salon.get_by_test_id("gacha-pull-10")).to_contain_text("오늘 횟수 부족")
    salon.get_by_test_id("gacha-pull-10").press("Enter")
    expect(salon.get_by_test_id("gacha-refusal")).to_contain_text("오늘은 3회 더 뽑을 수 있습니다")
    assert len(asked) == 1


def test_the_odds_stand_beside_the_pull_with_every_item_and_both_promises(salon: Page) -> None:
    button = salon.get_by_test_id("gacha-odds")
    button.press("Enter")
    drawer = salon.get_by_role("dialog", name="확률")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".odds-items tbody tr")).to_have_count(15)
    expect(drawer.locator(".odds-items tbody tr").last).to_contain_text("0.5%")
    expect(drawer).to_contain_text("90번째 뽑기는 반드시 Epic 이상")
    expect(drawer).to_contain_text("열 번째는 반드시 Rare 이상")
    salon.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_visitors_see_everything_and_the_way_in(visit: Begin) -> None:
    page = ready(visit(viewport=PHONE).page("/games/gacha"))
    expect(page.get_by_test_id("gacha-rtp")).to_have_text("73.638%")
    expect(page.get_by_test_id("gacha-random-items")).to_be_visible()
    expect(page.locator(".album__one--none")).to_have_count(15)
    page.get_by_test_id("gacha-signin").click()
    expect(page).to_have_url(re.compile(r"/login\?next=/games/gacha$"))


def test_the_buttons_are_in_the_first_view_of_a_phone_and_nothing_overflows(visit: Begin) -> None:
    page = visit(viewport=PHONE).sign_up("/games/gacha")
    rail = page.get_by_test_id("bottom-navigation").bounding_box()
    assert rail is not None
    for name in ("gacha-pull-10", "gacha-odds"):
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= rail["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_english_salon_is_english(visit: Begin) -> None:
    club = visit(language="en-US")
    club.context.add_cookies([{"name": "motion", "value": "off", "url": club.url}])
    page = ready(club.sign_up("/games/gacha"))
    answers_with(page, answer([card(COMMON, new=True)]))
    page.get_by_test_id("gacha-pull-1").click()
    expect(page.locator(".pull [data-fill=name]")).to_have_text("Silver Coin Lamp")
    expect(page.get_by_test_id("announcer")).to_contain_text("Silver Coin Lamp, Common. New: Silver Coin Lamp")
    page.locator(".recent__item summary").click()
    assert not re.search("[가-힣]", page.locator("main").inner_text())
    page.get_by_test_id("gacha-odds").click()
    assert not re.search("[가-힣]", page.locator("#odds").inner_text())
