"""How a path describes itself: one decorator beside the handler, error answers and names by rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from casino.lib.gate import Access

Handler = Callable[..., Any]
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_EVERY_WRITE_MAY_ANSWER = ("403", "413", "415")
_IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="1–128 printable ASCII characters; also in the body"
)


_A_REFUSAL = {"refusal": {"$ref": "#/components/examples/Refusal"}}


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    """Calls and answers as they really were, by operation."""
    kept: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return kept


class ErrorFacts(serializers.Serializer[Any]):
    """The part of the error envelope that programs read."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.ListField(child=serializers.DictField(), allow_null=True)
    request_id = serializers.CharField()


class ErrorEnvelope(serializers.Serializer[Any]):
    """Every error, whatever its status."""

    detail = serializers.JSONField(help_text="text, or an object for login errors")
    error = ErrorFacts()


class ClubSchema(AutoSchema):
    """Names operations after their view and adds the error answers that follow from who may call."""

    _METHOD_WORDS: ClassVar = {"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}

    def get_operation_id(self) -> str:
        """The view's name in snake case, with the method where a view has several."""
        name = _WORD_START.sub("_", type(self.view).__name__).lower()
        names = [m for m in self.view.allowed_methods if m != "OPTIONS"]
        return name if len(names) == 1 else f"{name}_{self._METHOD_WORDS[self.method]}"

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation with its examples, and what every write may answer: no CSRF token, too large, not JSON."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self.method in _UNSAFE:
            answers = operation["responses"]
            refused = dict.fromkeys(_EVERY_WRITE_MAY_ANSWER, answers["401"])
            operation["responses"] = dict(sorted({**refused, **answers}.items()))
        _show(operation, getattr(self.view, "example", None))
        return operation

    def get_tags(self) -> list[str]:
        """The app the path belongs to."""
        return [type(self.view).__module__.split(".")[0]]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Bearer or cookie, optional on public paths; none where the path does not look at them."""
        if not self.view.authentication_classes:
            return []
        ways: list[dict[str, list[str]]] = [{"bearer": []}, {"cookie": []}]
        is_public = getattr(self.view, "access", Access.PLAYER) in (Access.PUBLIC, Access.DEV)
        return [*ways, {}] if is_public else ways


def _show(operation: dict[str, Any], example: Callable[[], Any] | None) -> None:
    recorded = dict(_recorded().get(operation["operationId"], {}))
    if example is not None:
        recorded["answer"] = example()
    if "body" in recorded:
        content = operation["requestBody"]["content"]["application/json"]
        content["examples"] = {"recorded": {"value": recorded["body"]}}
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if content is None:
            continue
        if status >= "400" and content["schema"].get("$ref", "").endswith("/ErrorEnvelope"):
            content["examples"] = _A_REFUSAL
        elif "answer" in recorded:
            content["examples"] = content.get("examples") or {"recorded": {"value": recorded["answer"]}}


def describe(
    *,
    answer: Any,
    body: Any = None,
    query: Any = None,
    refusals: tuple[int, ...] = (),
    status: int = 200,
    media: str = "application/json",
    keyed: bool = False,
    headers: tuple[OpenApiParameter, ...] = (),
    example: dict[str, Any] | None = None,
    deprecated: bool = False,
) -> Callable[[Handler], Handler]:
    """Documents a handler: what goes in, what comes out, which refusals are its own."""
    codes = sorted({*refusals, 401, 422, 500, 503})
    return extend_schema(
        request=body,
        parameters=[*([query] if query else []), *([_IDEMPOTENCY] if keyed else []), *headers],
        responses={(status, media): answer, **dict.fromkeys(codes, ErrorEnvelope)},
        examples=[OpenApiExample("example", value=example, response_only=True)] if example else None,
        deprecated=deprecated or None,
    )
