"""The look's own rules: colours speak through tokens, components say what they take, scripts are plain modules."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
# These stand over sheets that know no layers: Django's admin and the API documents.
OVER_FOREIGN = {"admin.css", "docs.css"}
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=[;,)\s\"'])|\b(?:rgba?|hsla?|oklch)\((?!from )")
ATTRIBUTE = re.compile(r'\b(?:fill|stroke|stop-color|color)="#[0-9a-fA-F]{3,8}"')
INCLUDE = re.compile(r"{%\s*include\s+[^%]*%}")


def lines(found: re.Pattern[str], files: list[Path]) -> list[str]:
    """Where a pattern stands."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in found.finditer(line)
    ]


def test_colours_are_named_in_the_tokens_alone() -> None:
    assert lines(COLOUR, [sheet for sheet in SHEETS if sheet.name != "tokens.css"]) == []
    assert lines(ATTRIBUTE, [*TEMPLATES, ROOT / "static" / "img" / "symbols.svg"]) == []


def test_every_sheet_of_the_pages_lives_in_a_layer() -> None:
    assert [
        sheet.name for sheet in SHEETS if sheet.name not in OVER_FOREIGN and "@layer" not in sheet.read_text()
    ] == []


def test_components_say_what_they_take_and_get_nothing_else() -> None:
    silent = [
        path.name
        for path in (ROOT / "templates" / "components").glob("*.html")
        if "{% comment %}" not in path.read_text()
    ]
    assert silent == []
    calls = [(path.name, call) for path in TEMPLATES for call in INCLUDE.findall(path.read_text(encoding="utf-8"))]
    assert [(name, call) for name, call in calls if "components/" in call and " only " not in call] == []


def test_scripts_are_checked_modules_that_ask_no_other_host() -> None:
    assert [path.name for path in SCRIPTS if not path.read_text(encoding="utf-8").startswith("// @ts-check\n")] == []
    assert lines(re.compile(r"https?://(?!www\.w3\.org/2000/svg)|\binnerHTML\b|\beval\("), SCRIPTS) == []


def test_templates_ask_no_other_host() -> None:
    foreign = re.compile(r'(?:src|href|action)="(?:https?:)?//')
    assert lines(foreign, TEMPLATES) == []
