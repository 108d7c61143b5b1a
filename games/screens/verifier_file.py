"""The verifier as one file: the page's own modules, sheets and drawings put into a single document that asks nobody."""

from __future__ import annotations

import gettext
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from games.screens.verifier import verifier_data

Json = dict[str, Any]

ENTRY: Final = "js/fairness/offline.js"
SHEETS: Final = ("css/tokens.css", "css/base.css", "css/components.css", "css/pages/fairness.css")
SPRITE: Final = "img/symbols.svg"
CATALOGUE: Final = "djangojs"

_IMPORT: Final = re.compile(r'^import \{ (?P<names>[^}]+) \} from "(?P<source>[^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_SAID: Final = re.compile(r'\bgettext\(\s*"((?:[^"\\]|\\.)+)"')


class Module(NamedTuple):
    """One script: its path, its text as it is served, and the scripts it needs."""

    path: str
    text: str
    needs: tuple[str, ...]


def verifier_file(record: Json | None = None) -> str:
    """The whole document, in every language; it opens in the one that is active now."""
    languages = [language for language, _name in settings.LANGUAGES]
    context = {
        "club_name": settings.CLUB_NAME,
        "language": translation.get_language(),
        "languages": languages,
        "styles": _styles(),
        "sprite": inlined(_text(SPRITE)),
        "script": bundle(ENTRY),
        "words": {language: _words(language) for language in languages},
        "pages": [{"language": language, "html": _page(language)} for language in languages],
        "data": verifier_data(record),
    }
    return render_to_string("games/verifier.html", context)


def _page(language: str) -> SafeString:
    with translation.override(language):
        return render_to_string("games/_verifier_page.html", {"language": language, "club_name": settings.CLUB_NAME})


@cache
def _styles() -> SafeString:
    return inlined("\n".join(_text(sheet) for sheet in SHEETS))


@cache
def bundle(entry: str) -> SafeString:
    """The module and all it imports as one script, each in a scope of its own, otherwise as they are served."""
    parts = [_wrapped(module) for module in modules(entry)]
    return inlined("\n".join(["const modules = {};", *parts]))


@cache
def modules(entry: str) -> tuple[Module, ...]:
    """The module and all it imports, what is needed first."""
    found: dict[str, Module] = {}

    def visit(path: str) -> None:
        if path in found:
            return
        text = _text(path)
        needs = tuple(_resolved(path, line["source"]) for line in _IMPORT.finditer(text))
        for need in needs:
            visit(need)
        found[path] = Module(path, text, needs)

    visit(entry)
    return tuple(found.values())


def _wrapped(module: Module) -> str:
    def taken(line: re.Match[str]) -> str:
        names = line["names"].replace(" as ", ": ")
        return f"const {{ {names} }} = modules[{json.dumps(_resolved(module.path, line['source']))}];\n"

    body = _EXPORT.sub("", _IMPORT.sub(taken, module.text))
    given = ", ".join(_EXPORT.findall(module.text))
    return f"modules[{json.dumps(module.path)}] = (() => {{\n{body}return {{ {given} }};\n}})();"


def said() -> set[str]:
    """Every text the scripts say, as the sources write it."""
    return {text for module in modules(ENTRY) for text in _SAID.findall(module.text)}


def _words(language: str) -> dict[str, str]:
    """What the scripts say in this language, where it is not what the sources say."""
    if language == settings.LANGUAGE_CODE:
        return {}
    [folder] = settings.LOCALE_PATHS
    catalogue = gettext.translation(CATALOGUE, localedir=folder, languages=[language])
    return {text: catalogue.gettext(text) for text in sorted(said())}


def _resolved(path: str, source: str) -> str:
    """The path that a relative import in `path` means."""
    steps = [*path.split("/")[:-1], *source.split("/")]
    folders: list[str] = []
    for step in steps:
        if step == "..":
            folders.pop()
        elif step != ".":
            folders.append(step)
    return "/".join(folders)


def _text(path: str) -> str:
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_text(encoding="utf-8")


def inlined(text: str) -> SafeString:
    """Text of our own files for inside <script>, <style> and <body>."""
    if "</script" in text or "</style" in text:
        raise ValueError("this text would end the element it stands in")
    return mark_safe(text)  # noqa: S308 - our own files, nobody's input
