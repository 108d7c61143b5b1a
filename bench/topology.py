"""The production topology for a benchmark: own PostgreSQL and Redis, gunicorn with the shipped configuration."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def stores(base: Path) -> Iterator[None]:
    """Real, durable PostgreSQL and a Redis, named in the environment; given ones are used as they are."""
    started = []
    if not os.environ.get("DATABASE_URL"):
        started.append(servers.postgres(base, durable=True))
        os.environ["DATABASE_URL"] = started[-1].url
        os.environ["BENCH_POSTGRES_PID"] = str(started[-1].process.pid) if started[-1].process else ""
    if not os.environ.get("REDIS_URL"):
        started.append(servers.valkey(base))
        os.environ["REDIS_URL"] = started[-1].url
        os.environ["BENCH_REDIS_PID"] = str(started[-1].process.pid) if started[-1].process else ""
    try:
        yield
    finally:
        for server in started:
            server.stop()


def set_production_environment(port: int) -> None:
    """Production settings with secrets made up for this run."""
    os.environ.update(
        {
            "CLUB_ENV": "production",
            "DJANGO_SETTINGS_MODULE": "casino.settings",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SECRET": secrets.token_urlsafe(48),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            "PAYMENT_WEBHOOK_SECRET": secrets.token_urlsafe(24),
            "SEED_ADMIN_PASSWORD": secrets.token_urlsafe(16),
            "SEED_USER_PASSWORD": secrets.token_urlsafe(16),
            "ALLOW_SANDBOX_PAYMENTS": "1",
            # A few players buy for thousands: the guard looks as often as ever, but only one second back.
            "FRAUD_WINDOW_SECONDS": "1",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "CSRF_TRUSTED_ORIGINS": "https://club.example",
            "LOG_LEVEL": "WARNING",
            "PORT": str(port),
            "BIND_HOST": "127.0.0.1",
        }
    )


def manage(*arguments: str) -> None:
    """Run one management command to its end."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def family_cpu_seconds(pid: int) -> float:
    """CPU time of a process and its living children so far."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == pid or stat.parent.name == str(pid):
            total += (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
    return total


class Web:
    """Gunicorn as it runs in production, with the CPU time it used."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self._log = log.open("wb")
        command = [sys.executable, "-m", "gunicorn", "-c", "python:casino.gunicorn", "casino.wsgi"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"gunicorn did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:  # URLError is one
            return False

    def cpu_seconds(self) -> float:
        """CPU time of the master and its workers so far."""
        return family_cpu_seconds(self.process.pid)

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(stat.read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                    found.append(int(stat.parent.name))
            except OSError:
                continue
        return found

    def stop(self) -> None:
        """End gunicorn and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()
