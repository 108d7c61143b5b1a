"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

ROOT = Path(settings.BASE_DIR)
APPS = ("casino", "realtime", "accounts", "games", "shop", "adminpanel")
BANNED_NAMES = {"utils.py", "helpers.py", "services.py", "common.py"}
# Read by compose, gunicorn's configuration or casino/serve.py, not by casino/settings.py.
READ_ELSEWHERE = {
    "POSTGRES_PASSWORD", "HTTP_PORT", "WEB_WORKERS", "WEB_THREADS", "BIND_HOST",
}  # fmt: skip


def sources() -> Iterator[Path]:
    """Every Python file of the apps but migrations and tests."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "tests"} & set(path.relative_to(ROOT).parts):
                yield path


def names_read_by_settings() -> set[str]:
    """The first argument of every `env.<reader>("NAME", …)` in the settings."""
    tree = ast.parse((ROOT / "casino" / "settings.py").read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_env_example_lists_exactly_what_is_read() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert len(listed) == len(set(listed))
    assert set(listed) - READ_ELSEWHERE == names_read_by_settings()
    assert set(listed) >= READ_ELSEWHERE


def test_env_example_holds_no_value() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and not line.endswith("=")] == []


def test_game_engines_import_only_the_standard_library() -> None:
    strangers = []
    for path in sorted((ROOT / "games" / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "."]
            strangers += [
                f"{path.name}: {name}"
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("games.engine")
            ]
    assert strangers == []


def test_file_names_say_what_a_file_can_do() -> None:
    assert [str(path) for path in sources() if path.name in BANNED_NAMES] == []


def test_files_stay_readable() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in sources()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_luck_never_comes_from_random() -> None:
    users = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if "random" in imported:
                users.append(str(path.relative_to(ROOT)))
    assert users == []


def test_every_middleware_can_run_async() -> None:
    # One class that cannot would push every request of daphne through a thread, and deadlocks at SIGTERM.
    slow = [name for name in settings.MIDDLEWARE if not getattr(import_string(name), "async_capable", False)]
    assert slow == []
