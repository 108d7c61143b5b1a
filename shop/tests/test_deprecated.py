"""The paths of the past: who calls comes first, no body is looked at, every answer says where to go and until when."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Role
from shop.tests.keeping import call, refused, shelf_rows
from tests.cast import Caller, enrol

OLD, NEW = "/api/admin/shop/items", "/api/shop/admin/products"
MOVED = [
    ("GET", OLD, NEW),
    ("POST", OLD, NEW),
    ("PUT", f"{OLD}/1001", f"{NEW}/1001"),
    ("DELETE", f"{OLD}/1001", f"{NEW}/1001"),
]
GONE = [("PATCH", f"{OLD}/1001/discount"), ("PATCH", f"{OLD}/1001/rank")]
EVERY = [*((method, path) for method, path, _new in MOVED), *GONE]
HEADERS = {"Deprecation": "true", "Sunset": "Wed, 30 Jun 2027 23:59:59 GMT"}
pytestmark = pytest.mark.usefixtures("shelf")


def check_headers(response: Any) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(("method", "path", "new"), MOVED)
def test_what_moved_names_its_place_and_keeps_the_query(as_sam: Caller, method: str, path: str, new: str) -> None:
    for asked in ("", "?include_deleted=true&q=%EA%B3%A8%EB%93%9C&q=a%20b"):
        response = call(as_sam, method, path + asked)
        assert (response.status_code, response.headers["Location"], response.content) == (307, new + asked, b"")
        check_headers(response)


def test_the_place_is_always_one_of_ours(as_sam: Caller) -> None:
    assert call(as_sam, "PUT", f"{OLD}/%2F%2Fevil.example").status_code == 404
    for name in ("a%20b", "%EA%B3%A8%EB%93%9C", "%3Fq%3D1%23", "..%5C..", "%0D%0AX-Evil%3A%20yes"):
        response = call(as_sam, "PUT", f"{OLD}/{name}")
        assert (response.status_code, response.headers["Location"]) == (307, f"{NEW}/{name}")


@pytest.mark.parametrize(("method", "path"), GONE)
def test_what_is_gone_says_what_took_its_place(as_sam: Caller, method: str, path: str) -> None:
    response = call(as_sam, method, path, {"discount": 5})
    message = "This endpoint is deprecated. Please use /api/shop/admin/products* endpoints."
    assert response.status_code == 410
    assert response.json() == {
        "detail": message,
        "error": {"code": "GONE", "message": message, "details": None, "request_id": response.headers["X-Request-ID"]},
        "message": message,
        "migration": {
            "list": f"GET {NEW}",
            "create": f"POST {NEW}",
            "update": f"PUT {NEW}/{{id}}",
            "delete": f"DELETE {NEW}/{{id}}",
            "restore": f"POST {NEW}/{{id}}/restore",
            "discount": f"Use PUT {NEW}/{{id}} with extra.discount",
            "rank": f"Use PUT {NEW}/{{id}} with extra.min_rank",
        },
    }
    check_headers(response)


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_no_body_is_looked_at(as_sam: Caller, method: str, path: str) -> None:
    before, expected = shelf_rows(), 410 if method == "PATCH" else 307
    for body, kind in [(b"{broken", "application/json"), (b"<a/>", "text/xml"), (b"x" * (2 << 20), "application/json")]:
        response = as_sam.client.generic(method, path, body, content_type=kind, headers=as_sam.headers)
        assert response.status_code == expected
    assert shelf_rows() == before


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_who_calls_comes_first(as_ada: Caller, as_nobody: Caller, method: str, path: str) -> None:
    auditor = Caller(enrol("auditor", role=Role.AUDITOR))
    for caller, status, code in [(as_nobody, 401, "NOT_AUTHENTICATED"), (as_ada, 403, "STAFF_ONLY")]:
        response = call(caller, method, path)
        refused(response, status, code)
        check_headers(response)
    response = call(auditor, method, path)
    assert response.status_code == (307 if method == "GET" else 403)
    check_headers(response)


def test_the_documentation_marks_them_and_no_other(as_nobody: Caller) -> None:
    paths = as_nobody.get("/openapi.json").json()["paths"]
    old = {(method.upper(), path) for path, ways in paths.items() for method in ways if ways[method].get("deprecated")}
    assert old == {(method, path.replace("1001", "{product_id}")) for method, path in EVERY}
