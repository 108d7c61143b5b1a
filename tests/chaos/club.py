"""The club as production runs it, to be killed: gunicorn and the worker, each in a process group of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any, Protocol

from bench.topology import ROOT

PATIENCE_SECONDS = 60
Json = dict[str, Any]


class Club:
    """HTTP and worker on one port; `without` names a protection to leave out, `settings` go into the environment."""

    def __init__(self, log: Path, *, without: str = "", **settings: str) -> None:
        self.port = int(os.environ["PORT"])
        self._log = log
        self._settings = settings | {"CHAOS_WITHOUT": without}
        config = "python:tests.chaos.unprotected" if without else "python:casino.gunicorn"
        self._commands = (
            [sys.executable, "-m", "gunicorn", "-c", config, "casino.wsgi"],
            [sys.executable, "manage.py", "worker"],
        )
        self._processes: list[subprocess.Popen[bytes]] = []

    def open(self) -> float:
        """Starts it and waits until it answers; how many seconds that took."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._processes = [
                subprocess.Popen(
                    command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True, env=os.environ | self._settings
                )
                for command in self._commands
            ]
        while not self._answers():
            if time.monotonic() - began > PATIENCE_SECONDS or self._processes[0].poll() is not None:
                self.kill()
                raise RuntimeError(f"the club did not open:\n{self._log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)
        return time.monotonic() - began

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """`kill -9` of every process, parents and children."""
        for process in self._processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for process in self._processes:
            process.wait()
        self._processes = []


class Door(Protocol):
    """Where a guest finds the club."""

    port: int


class Guest:
    """A player who talks to the club over connections of its own."""

    def __init__(self, club: Door, token: str) -> None:
        self._club = club
        self.lost = 0
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body: Json | None = None) -> http.client.HTTPConnection:
        """Sends a request and waits for nothing."""
        client = http.client.HTTPConnection("127.0.0.1", self._club.port, timeout=PATIENCE_SECONDS)
        client.request(method, path, body=json.dumps(body or {}), headers=self._headers)
        return client

    def ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Status and answer of a request; asks again, by the same key, when the connection is lost."""
        keyed = {"idempotency_key": str(uuid.uuid4())} | (body or {})
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                client = self.send(method, path, keyed)
                answer = client.getresponse()
                told: Json = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                if time.monotonic() > give_up_at:
                    raise
                self.lost += 1
                time.sleep(0.05)
            else:
                client.close()
                return answer.status, told
