"""What operators and their machines are told, and the pages that describe the API."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from adminpanel.inspection import inspect
from casino import documents
from tests import cast

READ_ONLY = (
    "/api", "/health", "/healthz", "/metrics", "/openapi.json", "/docs", "/redoc", "/asyncapi.json", "/asyncapi",
)  # fmt: skip


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.django_db
def test_health_tells_that_all_is_well(client: Client, settings: Any) -> None:
    settings.REDIS_URL = ""
    answer = client.get("/health")
    told = answer.json()
    assert answer.status_code == 200
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("timestamp"))
    assert told == {
        "status": "healthy", "version": "0.1.0", "database": "ok", "cache": "disabled", "redis_connected": False,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_silent_cache_degrades_and_nothing_more(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(cache, "get", lambda *_args, **_options: None)
    told = client.get("/health")
    assert told.status_code == 200
    assert (told.json()["status"], told.json()["cache"], told.json()["redis_connected"]) == ("degraded", "error", False)


def _no_database(*_args: Any, **_options: Any) -> Any:
    raise OperationalError("the password is hunter2")


@pytest.mark.django_db
def test_without_its_database_the_club_is_unhealthy_but_alive(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", _no_database)
    told = client.get("/health")
    assert told.status_code == 503
    assert told.headers["Retry-After"] == "1"
    assert (told.json()["status"], told.json()["database"]) == ("unhealthy", "error")
    assert "hunter2" not in told.content.decode()
    assert client.get("/healthz").content == b"ok"
    assert client.get("/metrics").status_code == 200


def test_healthz_touches_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"  # pytest-django refuses any query here


@pytest.mark.parametrize("path", READ_ONLY)
def test_a_write_is_refused_with_what_is_allowed(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["error"]["code"] == "METHOD_NOT_ALLOWED"


def test_the_api_tells_its_name(client: Client) -> None:
    assert client.get("/api").json() == {"name": "Casino-Club F2P", "version": "0.1.0", "docs": "/docs"}
    assert client.get("/api/").json() == client.get("/api").json()


@pytest.mark.django_db
def test_an_unknown_path_of_the_api_answers_in_the_envelope(client: Client) -> None:
    told = client.get("/api/nowhere", headers={"X-Request-ID": "caller-made-it"})
    assert told.status_code == 404
    assert told.json() == {
        "detail": "존재하지 않는 경로입니다",
        "error": {
            "code": "ROUTE_NOT_FOUND", "message": "존재하지 않는 경로입니다", "details": None,
            "request_id": "caller-made-it",
        },
    }  # fmt: skip


@pytest.mark.django_db
def test_metrics_tell_the_facts_of_the_last_inspection(client: Client) -> None:
    cast.enrol("ada")
    inspect(now=timezone.now())
    told = client.get("/metrics").content.decode().splitlines()
    for fact in (
        "cc_ledger_drift_gold 0.0",
        "cc_ledger_negative_balances 0.0",
        "cc_realtime_seq_gaps 0.0",
        "cc_open_rounds_overdue 0.0",
        "cc_pending_purchases 0.0",
        "cc_pending_purchases_stale 0.0",
    ):
        assert told.count(fact) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 401), ({"Authorization": "Bearer nearly"}, 401), ({"Authorization": "Bearer right"}, 200)],
)
def test_metrics_ask_for_their_token(client: Client, settings: Any, header: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics", headers=header).status_code == status


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return dict(json.loads(documents.openapi_text()))


def test_each_path_is_described_once_and_without_a_slash_at_its_end(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert [path for path in described["paths"] if path.endswith("/")] == []
    assert [path for path in described["paths"] if path.startswith("/api/test/")] == []


def test_operations_have_names_of_their_own_security_and_the_error_schema(described: dict[str, Any]) -> None:
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    error = {"$ref": "#/components/schemas/ErrorEnvelope"}
    open_to_all = [each["operationId"] for each in operations if "security" not in each]
    # The body says who calls (its signature, its token), or nobody is looked at, so that any cache may keep the answer.
    assert sorted(open_to_all) == ["metrics_global", "metrics_stream", "payment_webhook", "refresh"]
    for each in operations:
        assert each["operationId"] in open_to_all or {"bearer": []} in each["security"]
        assert each["responses"]["422"]["content"]["application/json"]["schema"] == error
    assert set(described["components"]["securitySchemes"]) == {"bearer", "cookie"}


def test_every_operation_shows_examples_that_fit_its_schema(described: dict[str, Any]) -> None:
    examples = described["components"]["examples"]
    missing, misfits = [], []
    for methods in described["paths"].values():
        for each in methods.values():
            contents = [(status, answer.get("content", {})) for status, answer in each["responses"].items()]
            contents += [("request", each.get("requestBody", {}).get("content", {}))]
            for place, content in contents:
                kind = content.get("application/json")
                if kind is None:
                    continue
                shown = kind.get("examples", {})
                if not shown:
                    missing.append(f"{each['operationId']} {place}")
                validator = Draft202012Validator({**kind["schema"], "components": described["components"]})
                for example in shown.values():
                    value = (examples["Refusal"] if "$ref" in example else example)["value"]
                    misfits += [
                        f"{each['operationId']} {place}: {error.message}" for error in validator.iter_errors(value)
                    ]
    assert not missing, "\n".join(missing)
    assert not misfits, "\n".join(misfits)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_description_is_read_from_local_files_under_the_policy(client: Client, path: str) -> None:
    page = client.get(path)
    text = page.content.decode()
    assert re.findall(r'(?:src|href)="(?!/static/)[^"]*"', text) == []
    assert "<style" not in text
    assert "style=" not in text
    assert re.findall(r"<script(?![^>]*src=)", text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert ("worker-src 'self' blob:" in policy) == (path == "/redoc")
