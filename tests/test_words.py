"""Words: the sources are Korean, English is complete, and what is compiled is what is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CATALOGUES = ROOT / "locale" / "en" / "LC_MESSAGES"
HANGUL = re.compile(r"[\uac00-\ud7a3]")
PLACE = re.compile(r"%\(\w+\)[sd]|%%")
APPS = ("casino", "realtime", "accounts", "games", "shop", "adminpanel")
MARKERS = {"_", "gettext", "gettext_lazy"}
IN_TEMPLATE = re.compile(r'{%\s*translate\s+"([^"]+)"')
IN_SCRIPT = re.compile(r'\bgettext\(\s*"((?:[^"\\]|\\.)+)"')


def written(domain: str) -> polib.POFile:
    return polib.pofile(str(CATALOGUES / f"{domain}.po"))


def english(entry: polib.POEntry) -> list[str]:
    """What the entry says: one text, or one for each number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def places(text: str) -> list[str]:
    """The values a text leaves room for."""
    return sorted(PLACE.findall(text))


def said_by_python() -> Iterator[str]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MARKERS:
                    continue
                if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                    yield node.args[0].value


def said_by(pattern: re.Pattern[str], folder: Path, ending: str) -> Iterator[str]:
    for path in folder.rglob(f"*{ending}"):
        yield from pattern.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_has_its_english(domain: str) -> None:
    book = written(domain)
    assert [entry.msgid for entry in book if not all(english(entry)) or entry.fuzzy or entry.obsolete] == []
    assert [entry.msgid for entry in book if HANGUL.search("".join(english(entry)))] == []
    assert [entry.msgid for entry in book if any(places(text) != places(entry.msgid) for text in english(entry))] == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_compiled_catalogue_is_the_written_one(domain: str) -> None:
    compiled = polib.mofile(str(CATALOGUES / f"{domain}.mo"))
    assert {(entry.msgctxt, entry.msgid): english(entry) for entry in compiled} == {
        (entry.msgctxt, entry.msgid): english(entry) for entry in written(domain)
    }


def test_no_page_or_refusal_says_what_english_does_not_know() -> None:
    known = {entry.msgid for entry in written("django")}
    said = {*said_by_python(), *said_by(IN_TEMPLATE, ROOT / "templates", ".html")}
    assert sorted(text for text in said - known if HANGUL.search(text) and text.replace("%", "%%") not in known) == []


def test_no_script_says_what_english_does_not_know() -> None:
    known = {entry.msgid for entry in written("djangojs")}
    assert sorted(set(said_by(IN_SCRIPT, ROOT / "static" / "js", ".js")) - known) == []
