"""What it costs that only seen pages hold a socket: the time from being seen to being live, and the server's share.

`python -m bench.resume`: one browser, one served club on SQLite, a page hidden and seen again fifty times.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, ROOT, Visit, serving

RESUMES: Final = 50
TICKS: Final = os.sysconf("SC_CLK_TCK")
AWAY = """async missed => {
  window.seen = is_seen => {
    const state = is_seen ? "visible" : "hidden";
    Object.defineProperty(document, "hidden", { get: () => !is_seen, configurable: true });
    Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const club = document.querySelector('script[type=module][src*="/club."]').src;
  const [, name] = (await (await fetch(club)).text()).match(/from "(\\.\\/live\\.[^"]+)"/);
  const { live } = await import(new URL(name, club));
  if (!window.turn) live.on("state", state => { if (state === "live") window.turn?.(performance.now()); });
  window.seen(false);
  document.dispatchEvent(new Event("freeze")); // Lets go at once.
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  for (let left = missed; left > 0; left -= 1) {
    await fetch("/api/test/realtime/emit/stats_update", { method: "POST", headers, body: '{"stats":{}}' });
  }
}"""
BACK = """async () => {
  const came = new Promise(done => { window.turn = done; });
  const began = performance.now();
  seen(true);
  return (await came) - began;
}"""
COUNT = """
from django.db import connection
from django.test.utils import CaptureQueriesContext
from casino.lib.days import now
from casino.sources import admit, open_sources
from realtime.door import Resume
from realtime.models import Epoch
from realtime.opening import opening
from realtime.sources import Credentials, sources
open_sources()
credentials = Credentials(cookies={"SESSION": "KEY"})
admit(credentials); Epoch.current()
with CaptureQueriesContext(connection) as entering:
    visitor = admit(credentials)
latest = sources.latest_seqs([visitor.player_id])[visitor.player_id]
for missed in (0, 100):
    with CaptureQueriesContext(connection) as reading:
        opened = opening(visitor, Resume(latest - missed, Epoch.current()), now())
    print(f"missed {missed}: {len(entering)} + {len(reading)} statements, {sum(map(len, opened.frames))} bytes")
"""


def cpu_seconds(process_id: int) -> float:
    """What a process and those below it have used."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2].split()
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(cpu_seconds(int(child)) for child in children)


def served_club() -> int:
    """The process of the club this one started."""
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        if b"casino.serve" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise RuntimeError("no club is served")


def resumes(page: Page, missed: int) -> None:
    """Prints the quantiles of many resumes after `missed` events."""
    club = served_club()
    used, times = 0.0, []
    for _ in range(RESUMES):
        page.evaluate(AWAY, missed)
        page.wait_for_timeout(200)
        before = cpu_seconds(club)
        times.append(page.evaluate(BACK))
        page.wait_for_timeout(200)  # what follows a resume is part of its price
        used += cpu_seconds(club) - before
    times.sort()
    print(
        f"missed {missed}: p50 {times[len(times) // 2]:.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms"
        f" over {len(times)}; server {1000 * used / len(times):.1f} ms of CPU each",
        flush=True,
    )


def count(club: Visit, folder: Path) -> None:
    """Prints what the server reads for a resume."""
    cookies: dict[str, Any] = {cookie["name"]: cookie["value"] for cookie in club.context.cookies()}
    name = next(name for name in cookies if "session" in name)
    environment = {**os.environ, "CLUB_ENV": "test", "DATABASE_URL": f"sqlite:///{folder / 'club.sqlite3'}"}
    code = COUNT.replace("SESSION", name).replace("KEY", cookies[name])
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Measures and prints."""
    folder = Path(tempfile.mkdtemp())
    with serving(folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS)
        club = Visit(browser.new_context(), url)
        club.sign_up("/terms").close()
        page = club.page("/profile")
        for missed in (0, 100):
            resumes(page, missed)
        count(club, folder)
        browser.close()


if __name__ == "__main__":
    main()
