"""The club as production runs it: gunicorn, two socket processes, a Redis of its own, and one door before them."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.conf import settings

from bench.topology import ROOT
from realtime.relay import sender
from tests import servers
from tests.chaos.club import PATIENCE_SECONDS

SOCKET_PROCESSES: Final = 2
_ON_LOOPBACK: Final = ("--host", "127.0.0.1")
_REDIS_IS_AWAY: Final = '"logger": "channels_redis.pubsub"'  # the library's own cry, once a second


class Part:
    """One process (with its children) on one port, in a process group of its own."""

    def __init__(self, command: list[str], port: int, log: Path, environment: dict[str, str]) -> None:
        self.port = port
        self.log = log
        self._command = command
        self._environment = environment | {"PORT": str(port)}
        self._process: subprocess.Popen[bytes] | None = None
        self._told_at = 0.0

    @property
    def pid(self) -> int:
        """The process id of the part, or of its master."""
        assert self._process is not None
        return self._process.pid

    def launch(self) -> None:
        """Starts it and waits for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | self._environment,
                preexec_fn=servers.die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
            )  # fmt: skip

    def await_open(self) -> None:
        """Waits until it answers."""
        assert self._process is not None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.log.stem} did not open:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)

    def open(self) -> None:
        """Starts it and waits until it answers."""
        self.launch()
        self.await_open()

    def _answers(self) -> bool:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            client.request("GET", "/healthz", headers={"Connection": "close"})
            return client.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    def tell_to_stop(self) -> None:
        """SIGTERM."""
        assert self._process is not None
        self._told_at = time.monotonic()
        self._process.send_signal(signal.SIGTERM)

    def ended(self) -> tuple[int | None, float]:
        """Waits for the end: exit code (None when it had to be killed) and seconds since it was told."""
        assert self._process is not None
        try:
            code: int | None = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        took = time.monotonic() - self._told_at
        self.kill()
        return code, took

    def kill(self) -> None:
        """`kill -9` of the process and its children."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


class House:
    """All processes behind `port`; names of protections to leave out, and settings for all of them."""

    def __init__(self, base: Path, *, without: str = "", sockets_without: str = "", **chosen: str) -> None:
        base.mkdir(exist_ok=True)
        self.redis = servers.valkey(base)
        # The harness tells news itself: its hints have to travel the same way.
        settings.REDIS_URL = self.redis.url
        sender.forget()
        common = chosen | {"REDIS_URL": self.redis.url}
        config = "python:tests.chaos.unprotected" if without else "python:casino.gunicorn"
        start = "tests.chaos.unprotected_sockets" if sockets_without else "casino.serve"
        self.web = Part(
            [sys.executable, "-m", "gunicorn", "-c", config, "casino.wsgi"],
            servers.free_port(), base / "club-web.log", common | {"CHAOS_WITHOUT": without},
        )  # fmt: skip
        self.sockets = [
            Part(
                [sys.executable, "-m", start, "--sockets", *_ON_LOOPBACK],
                servers.free_port(), base / f"club-sockets-{number}.log", common | {"CHAOS_WITHOUT": sockets_without},
            )
            for number in range(SOCKET_PROCESSES)
        ]  # fmt: skip
        self.port = servers.free_port()
        behind = [str(part.port) for part in (self.web, *self.sockets)]
        self._door = Part(
            [sys.executable, "-m", "tests.chaos.proxy", str(self.port), *behind], self.port, base / "club-door.log", {}
        )

    def __enter__(self) -> Self:
        try:
            for part in (self.web, *self.sockets):
                part.launch()
            for part in (self.web, *self.sockets):
                part.await_open()
            self._door.open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for part in (self._door, self.web, *self.sockets):
            part.kill()
        self.redis.kill()
        sender.forget()

    def freeze_redis(self) -> None:
        """SIGSTOP: connections stay open and nobody answers."""
        assert self.redis.process is not None
        self.redis.process.send_signal(signal.SIGSTOP)

    def thaw_redis(self) -> None:
        """SIGCONT."""
        assert self.redis.process is not None
        self.redis.process.send_signal(signal.SIGCONT)

    def complaints(self) -> list[str]:
        """What went wrong unhandled in any process, as its log tells; that Redis was away is known."""
        parts = (self.web, *self.sockets, self._door)
        return [
            f"{part.log.stem}: {line}"
            for part in parts
            for line in part.log.read_text(errors="replace").splitlines()
            if ('"level": "ERROR"' in line or line.startswith("Traceback")) and _REDIS_IS_AWAY not in line
        ]
