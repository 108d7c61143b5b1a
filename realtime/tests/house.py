"""The club as a real process, and a client that hears it over a real socket."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from websockets.sync.client import ClientConnection, connect

from tests import servers

PATIENCE_SECONDS = 20


class House:
    """The club as one process on one port, on the test's database."""

    def __init__(self, log: Path, redis_url: str) -> None:
        self.redis_url = redis_url
        self.port = servers.free_port()
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Starts it and waits until it listens."""
        chosen = {"DATABASE_URL": database_url(), "REDIS_URL": self.redis_url, "PORT": str(self.port)}
        environment = {**os.environ, "CLUB_ENV": "test", **chosen}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "casino.serve", "--sockets", "--host", "127.0.0.1"],
                env=environment, stdout=subprocess.PIPE, stderr=log, cwd=settings.BASE_DIR,
                preexec_fn=servers.die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
            )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline(), self.log.read_text()

    def tell_to_stop(self) -> None:
        """SIGTERM."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        """Waits for the end, 30 seconds at most, and gives the exit code."""
        assert self.process is not None
        return self.process.wait(30)

    def kill(self) -> None:
        """Leaves nothing behind."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def tell_at_length(self, token: str, count: int) -> Iterator[int]:
        """Appends `count` events of 4 kB to the token holder's stream, one by one; their numbers."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"changes": {"nickname": "x" * 4000}})
        for _ in range(count):
            client.request("POST", "/api/test/realtime/emit/profile_update", body=body, headers=headers)
            yield json.loads(client.getresponse().read())["seq"]

    @contextmanager
    def socket(self, token: str, query: str = "", **options: Any) -> Iterator[ClientConnection]:
        """A socket of the token's holder."""
        address = f"ws://127.0.0.1:{self.port}/api/realtime/sync?token={token}{query}"
        with connect(address, open_timeout=PATIENCE_SECONDS, close_timeout=1, **options) as client:
            yield client


def database_url() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    login = facts["USER"] + (f":{facts['PASSWORD']}" if facts["PASSWORD"] else "")
    return f"postgres://{login}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
