"""Starts the club: `python -m casino.serve` everything in one process, `--sockets` the sockets of production."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

from casino.daphne import ClubServer  # isort: skip  (first: it chooses Twisted's reactor)
from django.conf import settings

from casino.asgi import application
from casino.opening import auto_seed
from casino.worker import running_in_a_thread

# What a thread that asks the database may keep the loop waiting, which has everybody's news; Python's own 5 ms show.
SWITCH_SECONDS: Final = 0.0005


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT, then drains; 1 when it could not begin."""
    options = _read(arguments)
    sys.setswitchinterval(SWITCH_SECONDS)
    server = ClubServer(application, host=options.host, port=options.port, on_listening=lambda: _greet(options))
    auto_seed()
    with nullcontext() if options.sockets else running_in_a_thread():
        server.run()
    return int(server.has_failed)


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m casino.serve", description=__doc__)
    parser.add_argument("--sockets", action="store_true", help="production: sockets and event streams behind a proxy")
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument("--host", default=os.environ.get("BIND_HOST"))
    options = parser.parse_args(arguments)
    options.host = options.host or ("0.0.0.0" if options.sockets else "127.0.0.1")  # noqa: S104 - a container's inside
    return options


def _greet(options: argparse.Namespace) -> None:
    sys.stdout.write(f"{settings.CLUB_NAME}: http://{options.host}:{options.port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
