"""The wire's manners in one base class: order of checks, JSON only, who may call, one envelope for every error."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casino.lib import errors
from casino.lib.errors import Refusal, envelope, validation_error
from casino.lib.gate import Access
from casino.lib.money import has_unstorable

Json = dict[str, Any]
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_WRAPPING_BYTES = 16 * 1024
"""What a multipart body may need around its file."""
_SerializerT = TypeVar("_SerializerT", bound="serializers.Serializer[Any]")


class Endpoint(APIView):
    """A path of the API. Subclasses name `access` and write get/post/…; they translate, capability modules decide."""

    access: ClassVar[Access] = Access.PLAYER
    roles: ClassVar[frozenset[str]] = frozenset()
    reads_body: ClassVar[bool] = True
    """A path that looks at no body takes one of any size and type."""
    upload_bytes_max: ClassVar[int] = 0
    """A path that takes a file as multipart/form-data instead of JSON says how large it may be."""
    example: ClassVar[Callable[[], Any] | None] = None
    """What the documentation shows as this path's answer where a recorded one could grow untrue."""
    format_kwarg: str | None = None  # DRF sets it later than we refuse

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Route and method, then who, then what they may, then size and type: the published order."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        allowed = self.allowed_methods
        if request.method not in allowed:
            raise errors.method_not_allowed(allowed)
        self._identify(request)
        self.check_permissions(request)
        if request.method in _UNSAFE and self.upload_bytes_max:
            check_upload(request._request, self.upload_bytes_max)
        elif request.method in _UNSAFE and self.reads_body:
            check_size_and_type(request._request)
        if any(isinstance(name, str) and has_unstorable(name) for name in kwargs.values()):
            raise errors.not_found()  # no row has such a name, and PostgreSQL refuses to look for one

    def _identify(self, request: Request) -> None:
        try:
            self.perform_authentication(request)
        except Refusal:
            request._not_authenticated()  # type: ignore[attr-defined]
            if self.access not in (Access.PUBLIC, Access.DEV):
                raise

    def payload(self) -> Json:
        """The request's JSON object; an empty body is an empty object."""
        if not hasattr(self, "_payload"):
            self._payload = read_json_object(self.request._request)
        return self._payload

    def body(self, serializer_class: type[_SerializerT]) -> Json:
        """The body as `serializer_class` accepts it, or 422 naming the fields."""
        return validated(serializer_class(data=self.payload()), "body")

    def upload(self, field: str) -> UploadedFile[Any]:
        """The file in this field of a multipart body, or 422."""
        return read_upload(self.request._request, field)

    def query(self, serializer_class: type[_SerializerT]) -> Json:
        """The query string as `serializer_class` accepts it, or 422 naming the fields."""
        return validated(serializer_class(data=self.request.query_params.dict()), "query")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keeps what was told to a signed-in caller out of every cache."""
        final = super().finalize_response(request, response, *args, **kwargs)
        caller = getattr(request, "_user", None)  # not yet known when the method was refused
        if caller is not None and caller.is_authenticated and "Cache-Control" not in final:
            final["Cache-Control"] = "no-store"
        return final

    def options(self, request: HttpRequest | Request, *args: Any, **kwargs: Any) -> Response:
        """The methods of this path; its documentation is at /docs."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})


def check_size_and_type(request: HttpRequest) -> None:
    """413 for a body that says it is too large, 415 for one that says it is not JSON."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.MAX_BODY_BYTES:
        raise errors.payload_too_large()
    if length != "0" and request.content_type not in ("", "application/json"):
        raise errors.unsupported_media_type()


def check_upload(request: HttpRequest, bytes_max: int) -> None:
    """413 for a body that says it holds more than such a file and its wrapping, 415 for one that is not multipart."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > bytes_max + _WRAPPING_BYTES:
        raise errors.payload_too_large()
    if length != "0" and request.content_type != "multipart/form-data":
        raise errors.not_multipart()


def read_upload(request: HttpRequest, field: str) -> UploadedFile[Any]:
    """The file of a multipart body; 422 when it is not there or the body is torn, 400 for a caller who is gone."""
    try:
        found = request.FILES.get(field)
    except UnreadablePostError as gone:
        raise _unread() from gone
    except (MultiPartParserError, SuspiciousOperation) as torn:
        raise errors.invalid(field, _("파일을 읽을 수 없습니다")) from torn
    if found is None:
        raise errors.invalid(field, _("파일을 보내주세요"), "required")
    return found


def read_json_object(request: HttpRequest) -> Json:
    """The body as a JSON object, or 422."""
    return json_object(read_body(request))


def read_body(request: HttpRequest) -> bytes:
    """The bytes of the body; 413 for too many (no more than the limit are held), 400 for a caller who is gone."""
    try:
        raw: bytes = request.read(settings.MAX_BODY_BYTES + 1)
    except UnreadablePostError as gone:  # the caller hung up while sending: no fault of ours, and nobody to tell
        raise _unread() from gone
    if len(raw) > settings.MAX_BODY_BYTES:
        raise errors.payload_too_large()
    return raw


def _unread() -> Refusal:
    return errors.bad_request(_("요청 본문을 끝까지 받지 못했습니다"))


def json_object(raw: bytes, *, names_once: bool = False) -> Json:
    """The JSON object in `raw`, or 422; NaN, lone surrogates, NUL and absurd nesting are refused.

    With `names_once` so is an object that gives a name twice, which two readers may understand differently.
    """
    if not raw.strip():
        return {}
    try:
        pairs_hook = _each_name_once if names_once else None
        data = json.loads(raw, parse_constant=_refuse_constant, object_pairs_hook=pairs_hook)
        if not isinstance(data, dict):
            raise ValueError("not an object")
        _check_storable(data)
    except (ValueError, RecursionError) as error:
        raise validation_error([{"loc": ["body"], "msg": _("올바른 JSON 객체가 아닙니다"), "type": "json"}]) from error
    return data


def _each_name_once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_storable(value: Any, depth: int = 0) -> None:
    if depth > 32:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        if has_unstorable(value):
            raise ValueError("unstorable text")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            _check_storable(name, depth + 1)
            _check_storable(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _check_storable(part, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number too large for JSON to be read back")


def validated(serializer: serializers.Serializer[Any], place: str) -> Json:
    """The serializer's values, or 422 with one entry a wrong field."""
    if serializer.is_valid():
        return dict(serializer.validated_data)
    raise validation_error(list(_flat(serializer.errors, [place])))


def _flat(problems: Any, loc: list[str | int]) -> Any:
    if isinstance(problems, Mapping):
        for name, inner in problems.items():
            yield from _flat(inner, loc if name == "non_field_errors" else [*loc, name])
    else:
        for position, problem in enumerate(problems):
            if isinstance(problem, Mapping):
                yield from _flat(problem, [*loc, position])
            else:
                yield {"loc": loc, "msg": str(problem), "type": getattr(problem, "code", "invalid")}


def envelope_handler(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """The envelope for every refusal; None lets a bug be loud."""
    refusal = refusal_for(exception)
    if refusal is None:
        return None
    request_id = getattr(context["request"]._request, "request_id", None)
    return Response(envelope(refusal, request_id), status=refusal.status, headers=refusal.headers)


def refusal_for(exception: BaseException) -> Refusal | None:
    """The refusal that tells a client what `exception` means, or None for a bug."""
    if isinstance(exception, Refusal):
        return exception
    if isinstance(exception, (OperationalError, InterfaceError)):
        return errors.service_unavailable()
    if isinstance(exception, Http404):
        return errors.not_found()
    if isinstance(exception, (PermissionDenied, exceptions.PermissionDenied)):
        return errors.permission_denied()
    return None


def refusal_response(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    """The envelope outside a view: unknown paths, CSRF, bugs."""
    body = envelope(refusal, getattr(request, "request_id", None))
    return JsonResponse(body, status=refusal.status, headers=refusal.headers, json_dumps_params={"ensure_ascii": False})
