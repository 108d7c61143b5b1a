"""Pages: reachable by everyone, safe under the strict content policy, and one with the API behind them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from accounts.models import AuthSession, Invite, Player
from casino.lib.days import now
from casino.lib.pages import local_path
from casino.pages import server_error

PAGES = (
    "/", "/login", "/signup", "/profile", "/events", "/notifications", "/games", "/games/slot", "/shop", "/terms",
    "/privacy", "/offline",
)  # fmt: skip
PASSWORD = "correct horse"
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Reader(HTMLParser):
    """The elements of a page with their attributes, and what must not be there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline_scripts: list[str] = []
        self._inside_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside_script = tag == "script" and ("type", "application/json") not in attrs

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._inside_script = False

    def handle_data(self, data: str) -> None:
        if self._inside_script and data.strip():
            self.inline_scripts.append(data)

    def having(self, **attrs: str) -> list[str]:
        """The tags that have all these attributes."""
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [tag for tag, found in self.tags if wanted.items() <= found.items()]


def read(response: HttpResponse) -> Reader:
    return Reader(response.content.decode())


def sign_in(player: Player, password: str = PASSWORD, **extra: str) -> tuple[Client, HttpResponse]:
    browser = Client()
    answer: Any = browser.post("/login", {"nickname": player.nickname, "password": password, **extra})
    return browser, answer


@pytest.fixture
def browser_of_ada(ada: Player) -> Client:
    return sign_in(ada)[0]


@pytest.fixture(params=["nobody", "ada"])
def visitor(request: pytest.FixtureRequest, db: None) -> Client:
    return Client() if request.param == "nobody" else request.getfixturevalue("browser_of_ada")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_everyone(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code == 200
    assert visitor.get(path if path == "/" else path + "/").status_code == 200
    assert visitor.head(path).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/no-such-room"])
def test_no_page_needs_inline_script_or_style(visitor: Client, path: str) -> None:
    answer: Any = visitor.get(path)
    page = read(answer)
    assert page.inline_scripts == []
    assert [tag for tag, attrs in page.tags if tag == "style" or "style" in attrs] == []
    assert [(tag, name) for tag, attrs in page.tags for name in attrs if name.startswith("on")] == []
    programs = [attrs for tag, attrs in page.tags if tag == "script" and attrs.get("type") != "application/json"]
    assert [attrs for attrs in programs if not str(attrs.get("src")).startswith("/")] == []
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_itself_and_has_one_of_each_live_region(visitor: Client, path: str) -> None:
    html = visitor.get(path).content.decode()
    page = Reader(html)
    title = re.search(r"<title>(.+?) \| Casino-Club F2P</title>", html)
    assert title is not None
    assert title[1].strip() == title[1]
    assert '<html lang="ko"' in html
    described = [attrs["content"] for tag, attrs in page.tags if tag == "meta" and attrs.get("name") == "description"]
    assert len(described) == 1
    assert all(described)
    assert page.having(role="status") == page.having(data_testid="toast") != []
    assert len(page.having(role="status")) == len(page.having(data_testid="announcer")) == 1
    assert page.having(role="alert")[1:] == []
    assert "output" not in [tag for tag, _ in page.tags]
    assert len([tag for tag, _ in page.tags if tag == "h1"]) == 1


@pytest.mark.parametrize("path", PAGES)
def test_an_id_is_used_once_and_every_label_finds_its_field(visitor: Client, path: str) -> None:
    page = read(visitor.get(path))  # type: ignore[arg-type]
    ids = [str(attrs["id"]) for _, attrs in page.tags if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))
    told = [
        str(attrs[name])
        for _, attrs in page.tags
        for name in ("for", "aria-labelledby", "aria-describedby", "popovertarget")
        if name in attrs
    ]
    assert set(told) <= set(ids)


def test_a_page_of_a_member_shows_gold_and_the_way_around(browser_of_ada: Client) -> None:
    html = browser_of_ada.get("/").content.decode()
    page = Reader(html)
    for name in (
        "bottom-navigation",
        "nav-home-dashboard",
        "nav-game-dashboard",
        "nav-shop",
        "nav-models",
        "nav-profile",
    ):
        assert len(page.having(data_testid=name)) == 1
    assert re.search(r'data-testid="gold-quick"[^>]*>1,000G<', html)
    assert len(page.having(data_testid="session-expired-banner")) == 1


@pytest.mark.parametrize("path", [*PAGES, "/no-such-room"])
def test_what_a_member_sees_is_never_stored(browser_of_ada: Client, path: str) -> None:
    answer = browser_of_ada.get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "gold-quick" in answer.content.decode() or path in ("/login", "/signup", "/offline")


def test_the_profile_shows_plain_numbers_of_a_new_player(browser_of_ada: Client) -> None:
    html = browser_of_ada.get("/profile").content.decode()
    for name in ("stats-total-games", "stats-total-wins", "stats-win-streak"):
        assert re.findall(rf'data-testid="{name}"[^>]*>([^<]*)<', html) == ["0"]
    page = Reader(html)
    for name in ("profile-screen", "action-history-list", "action-prev", "action-next"):
        assert len(page.having(data_testid=name)) == 1


def test_the_right_password_opens_a_browser_session(ada: Player) -> None:
    browser, answer = sign_in(ada)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    session = AuthSession.objects.get(player=ada)
    assert (session.kind, session.refresh_hash) == ("browser", None)
    assert Reader(browser.get("/login").content.decode()).having(id="nickname") == []


def test_a_wrong_password_is_refused_in_the_form_and_opens_nothing(ada: Player) -> None:
    _browser, answer = sign_in(ada, "wrong")
    html = answer.content.decode()
    assert answer.status_code == 401
    assert "로그인 실패: 자격 증명이 올바르지 않거나 서버에서 거부되었습니다." in html
    assert 'value="Ada"' in html
    assert "wrong" not in html
    assert not AuthSession.objects.exists()


def test_an_empty_form_says_so(db: None) -> None:
    answer = Client().post("/login", {"nickname": "", "password": ""})
    assert answer.status_code == 422
    assert "모든 필드를 입력해주세요." in answer.content.decode()


def test_page_and_api_share_one_lock(ada: Player) -> None:
    for _ in range(3):
        assert sign_in(ada, "wrong")[1].status_code == 401
    for _ in range(2):
        assert (
            Client().post("/api/auth/login", {"site_id": "ada", "password": "wrong"}, "application/json").status_code
            == 401
        )
    answer = sign_in(ada)[1]
    assert answer.status_code == 429
    assert 590 <= int(answer.headers["Retry-After"]) <= 600
    assert re.search(r'data-countdown="(59\d|600)"', answer.content.decode())


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/shop", "/shop"),
        ("/shop?tab=1#models", "/shop?tab=1#models"),
        ("", ""),
        (None, ""),
        ("shop", ""),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("/\\evil.example", ""),
        ("/\t/evil.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_paths_of_this_host_are_followed(wanted: str | None, kept: str) -> None:
    assert local_path(wanted) == kept


def test_signing_in_returns_to_where_one_came_from(ada: Player) -> None:
    assert sign_in(ada, next="/shop")[1].headers["Location"] == "/shop"
    assert sign_in(ada, next="https://evil.example/")[1].headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout"])
def test_forms_need_their_token(db: None, path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, {})
    assert answer.status_code == 403
    assert "보안 토큰" in answer.content.decode()


def test_logging_out_ends_the_session_and_takes_a_post(browser_of_ada: Client, ada: Player) -> None:
    assert browser_of_ada.get("/logout").status_code == 405
    assert AuthSession.objects.live(now()).filter(player=ada).count() == 1
    assert browser_of_ada.post("/logout").headers["Location"] == "/"
    assert AuthSession.objects.live(now()).filter(player=ada).count() == 0
    assert "gold-quick" not in browser_of_ada.get("/profile").content.decode()


def test_a_revoked_session_is_a_visitor(browser_of_ada: Client, ada: Player) -> None:
    AuthSession.objects.filter(player=ada).update(revoked_at=now())
    answer = browser_of_ada.get("/profile")
    assert answer.status_code == 200
    assert "gold-quick" not in answer.content.decode()


@pytest.fixture
def filled(db: None) -> dict[str, str]:
    Invite.objects.get_or_create(code="5858", defaults={"created_at": now()})
    return {
        "site_id": "newcomer",
        "nickname": "새손님",
        "phone_number": "",
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        "invite_code": "5858",
        "accept_terms": "on",
    }


def test_signing_up_enters_at_once_with_a_thousand_gold(filled: dict[str, str]) -> None:
    browser = Client()
    answer = browser.post("/signup", {**filled, "next": "/games/slot"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/games/slot")
    player = Player.objects.get(site_id="newcomer")
    assert (player.nickname, player.wallet.balance, player.terms_accepted_at is not None) == ("새손님", 1000, True)
    assert ">1,000G<" in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("change", "status", "field", "text"),
    [
        ({"site_id": "한글"}, 422, "site_id", "3–50자로 적어 주세요"),
        ({"site_id": "with space"}, 422, "site_id", "영문, 숫자, _ . - 만 사용할 수 있습니다"),
        ({"site_id": "Adm1n"}, 422, "site_id", "사용할 수 없는 이름입니다"),
        ({"site_id": "ada"}, 400, "site_id", "이미 존재하는 사이트 아이디입니다"),
        ({"nickname": "ADA"}, 400, "nickname", "이미 존재하는 닉네임입니다"),
        ({"phone_number": "12"}, 422, "phone_number", "숫자 10–15자리로 적어 주세요"),
        ({"password": "short", "confirm_password": "short"}, 422, "password", "비밀번호는 8글자 이상이어야 합니다"),
        ({"confirm_password": "else"}, 422, "confirm_password", "비밀번호가 서로 다릅니다"),
        ({"invite_code": ""}, 422, "invite_code", "초대코드가 필요합니다"),
        ({"invite_code": "NOPE"}, 400, "invite_code", "유효하지 않은 초대코드입니다: NOPE"),
        ({"accept_terms": ""}, 422, "accept_terms", "18세 이상 확인과 약관 동의가 필요합니다"),
    ],
)
def test_a_refused_sign_up_says_why_at_its_field_and_makes_nothing(
    ada: Player, filled: dict[str, str], change: dict[str, str], status: int, field: str, text: str
) -> None:
    form = {name: value for name, value in {**filled, **change}.items() if value or name != "accept_terms"}
    answer = Client().post("/signup", form)
    html = answer.content.decode()
    assert answer.status_code == status
    at_field = re.search(rf'data-field="{field}".*?field__hint"[^>]*>([^<]*)<', html, re.DOTALL)
    assert at_field is not None
    assert at_field[1] == text
    assert PASSWORD not in html
    assert list(Player.objects.values_list("site_id", flat=True)) == ["ada"]


def test_cookies_choose_theme_motion_and_sound_and_nonsense_is_ignored(db: None) -> None:
    browser = Client()
    browser.cookies.load({"theme": "light", "motion": "off", "sound": '"><script>'})
    assert 'data-theme="light" data-motion="off" data-sound="off"' in browser.get("/").content.decode()


def test_the_language_is_kept_by_a_form_and_returns_only_home(db: None) -> None:
    browser = Client()
    answer = browser.post("/i18n/setlang", {"language": "en", "next": "/terms"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/terms")
    assert '<html lang="en"' in browser.get("/terms").content.decode()
    assert browser.post("/i18n/setlang", {"language": "ko", "next": "https://evil.example/"}).headers["Location"] == "/"


def test_scripts_find_their_words_under_an_address_that_may_be_kept(db: None) -> None:
    html = Client(headers={"Accept-Language": "en"}).get("/").content.decode()
    address = re.search(r'src="(/jsi18n/en\.js\?v=\w+)"', html)
    assert address is not None
    answer = Client().get(address[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert Client().get("/jsi18n/xx.js").status_code == 404
    assert "/jsi18n/" not in Client().get("/").content.decode()


def test_what_players_type_is_inert_wherever_it_is_shown(ada: Player) -> None:
    browser, _ = sign_in(ada)
    trap = '"><b id="trap">{{ me }}'
    Player.objects.filter(pk=ada.pk).update(nickname=trap)
    for path in ("/", "/profile", "/login", "/signup"):
        page = read(browser.get(path))  # type: ignore[arg-type]
        assert page.having(id="trap") == []
    for answer in (
        Client().post("/login", {"nickname": trap, "password": "x"}),
        Client().get("/login", {"next": f"/{trap}"}),
    ):
        assert read(answer).having(id="trap") == []  # type: ignore[arg-type]
    assert read(Client().post("/signup", {"nickname": trap, "site_id": trap})).having(id="trap") == []  # type: ignore[arg-type]


def test_the_page_of_a_fault_needs_no_database(ada: Player, django_assert_num_queries: Any) -> None:
    browser, _ = sign_in(ada)
    request = RequestFactory().get("/")
    request.session = browser.session
    request.user = SimpleLazyObject(lambda: pytest.fail("asked for the player"))  # type: ignore[assignment]
    with django_assert_num_queries(0):
        answer = server_error(request)
    assert answer.status_code == 500
    assert "잠시 불이 꺼졌습니다" in answer.content.decode()
