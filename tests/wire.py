"""What the stream tells in tests, held against what is published of it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from realtime import asyncapi

Json = dict[str, Any]


@cache
def published() -> Json:
    """The description of the socket, with the shapes of the committed description of the API."""
    api = json.loads((settings.BASE_DIR / "current_openapi.json").read_text(encoding="utf-8"))
    return asyncapi.document(title="tests", version="0", shapes=api["components"]["schemas"])


@cache
def _payloads(kind: str) -> list[Draft202012Validator]:
    components = published()["components"]
    found = [name for name, message in components["messages"].items() if message["name"] == kind]
    return [
        Draft202012Validator(
            {"$ref": f"#/components/messages/{name}/payload", "components": components}, format_checker=FormatChecker()
        )
        for name in found
    ]


def check(message: Json) -> Json:
    """The message, or an AssertionError that says where it is not as published."""
    wrong = []
    for payload in _payloads(message["type"]):
        errors = list(payload.iter_errors(message))
        if not errors:
            return message
        wrong += errors
    told = [f"{error.json_path}: {error.message}"[:300] for error in wrong]
    raise AssertionError(f"{message['type']} is not as published: {told or 'unknown'}")
