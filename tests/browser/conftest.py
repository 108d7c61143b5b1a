"""A club of its own for the browser: one served process on a free port with a fresh SQLite file."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_SECONDS = 60
PASSWORD = "correct horse"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000
"""A slow machine is no fault of the page: patience is spent only where something never comes."""
PHONE, DESKTOP = {"width": 360, "height": 800}, {"width": 1366, "height": 900}


def pytest_configure(config: pytest.Config) -> None:
    """Every test of this folder is one of the browser's."""
    expect.set_options(timeout=PATIENCE_MS)
    config.addinivalue_line("markers", "browser: needs Chromium (CHROMIUM_PATH) and a served club")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks them, so that nobody has to remember."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; a missing one fails, it does not skip."""
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or "/usr/bin/chromium"
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM_ARGUMENTS}


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def club_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a seeded club that runs as `make run` runs it."""
    with serving(tmp_path_factory.mktemp("club")) as url:
        yield url


@contextmanager
def serving(folder: Path, program: str = "casino.serve", *, is_seeded: bool = True, **more: str) -> Iterator[str]:
    """A club of its own, served by `program`, seeded unless that does it itself; its address."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CLUB_ENV": "test",
        "DATABASE_URL": f"sqlite:///{folder / 'club.sqlite3'}",
        "REDIS_URL": "",
        "PORT": str(port),
        **more,
    }
    for command in (["migrate", "--verbosity", "0"], *([["seed"]] if is_seeded else [])):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    log = (folder / "club.log").open("w+")
    process = subprocess.Popen([sys.executable, "-m", program], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(url, process, folder / "club.log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the club did not start:\n{log.read_text()[-3000:]}")


@dataclass
class Visit:
    """One browser with its own cookies, its pages watched for errors and for requests to other hosts."""

    context: BrowserContext
    url: str
    faults: list[str] = field(default_factory=list)
    nickname: str = ""

    def page(self, path: str = "/") -> Page:
        """A new tab on `path`."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        page.on("console", lambda entry: self.faults.append(f"console {entry.text}") if entry.type == "error" else None)
        page.on("request", lambda request: self._must_be_ours(request.url))
        page.goto(self.url + path)
        return page

    def _must_be_ours(self, address: str) -> None:
        ours = self.url.removeprefix("http")
        if not address.startswith((self.url, f"ws{ours}", "data:", "blob:")):
            self.faults.append(f"foreign request {address}")

    def sign_up(self, path: str = "/") -> Page:
        """A new player, signed up on the page as anybody would."""
        self.nickname = f"손님{secrets.token_hex(4)}"
        page = self.page(f"/signup?next={path}")
        # All these guests come from one address, which may look at thirty codes a minute only.
        page.route("**/api/auth/verify-invite", lambda route: route.fulfill(json={"is_valid": True}))
        page.locator("#userId").fill(f"guest-{secrets.token_hex(6)}")
        page.locator("#nickname").fill(self.nickname)
        page.locator("#password").fill(PASSWORD)
        page.locator("#confirmPassword").fill(PASSWORD)
        page.locator("#inviteCode").fill("5858")
        page.locator("#acceptTerms").check()
        page.locator("form#join [data-go]").click()
        expect(page).to_have_url(self.url + path)
        page.wait_for_load_state()  # the address changes before the scripts listen
        return page


@pytest.fixture
def visit(browser: Browser, club_url: str) -> Iterator[Callable[..., Visit]]:
    """Makes visits; at the end none of them may have seen an error or a foreign request."""
    visits: list[Visit] = []

    def begin(*, viewport: dict[str, int] = DESKTOP, language: str = "ko-KR", **options: Any) -> Visit:
        context = browser.new_context(viewport=viewport, locale=language, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        visits.append(Visit(context, club_url))
        return visits[-1]

    yield begin
    for each in visits:
        each.context.close()
        assert each.faults == []
