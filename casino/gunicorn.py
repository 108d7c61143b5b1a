"""Gunicorn's configuration for HTTP in production: `python -m gunicorn -c python:casino.gunicorn casino.wsgi`."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# Every process writes its metrics here and /metrics adds them up. The client library reads the name once, on import.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(Path(tempfile.gettempdir()) / f"club-metrics-{os.getpid()}"))
Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)

from prometheus_client import multiprocess  # noqa: E402

from casino.fair_worker import assign_slot  # noqa: E402

# Two processes use two cores; the threads of each wait for the database together. More threads than that wait for
# each other instead (docs/performance.md).
bind = f"{os.environ.get('BIND_HOST') or '0.0.0.0'}:{os.environ.get('PORT') or '8000'}"  # noqa: S104  (a container's inside)
worker_class = "casino.fair_worker.FairWorker"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
# Longer than nginx keeps an idle connection to us (60 s): else it would send a request into a closing one.
keepalive = 75
backlog = 512
# A stuck process is replaced; at SIGTERM every request gets time for its answer (DRAIN: out within 30 s).
timeout = 30
graceful_timeout = 25
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (heartbeats must not wait for a disk)
# One long request line or header set is refused before Django sees it.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# The club writes its own structured log line; gunicorn only reports what goes wrong.
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "casino-club"


def on_starting(server: Any) -> None:
    """Begin with an empty metrics folder: the numbers of the last life are not ours."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def pre_fork(server: Any, worker: Any) -> None:
    """Give the worker its place among the others, for an even share of connections."""
    assign_slot(worker, list(server.WORKERS.values()))


def post_worker_init(worker: Any) -> None:
    """Take what start-up built out of the garbage collector's rounds."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a process that has ended."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave no metrics folder behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
