"""The provider's signature: who made it, when, and what of it can be read. No database."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casino.lib.errors import Refusal
from shop.signatures import Seal, read_seal, sign

BODY = '{"amount": 499, "name": "é"}'.encode()
NOW = datetime(2026, 11, 23, 5, 0, 0, 999_000, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SEAL = {"X-Signature": "0" * 64, "X-Timestamp": STAMP, "X-Nonce": "nonce-01"}
GOOD = sign("secret", timestamp=STAMP, nonce="nonce-01", body=BODY)


def seal(signature: str = GOOD, timestamp: str = STAMP, nonce: str = "nonce-01") -> Seal:
    return Seal(signature, timestamp, nonce)


def refusal(**changes: str | None) -> str:
    headers = {**SEAL, **{f"X-{name.title()}": value for name, value in changes.items()}}
    with pytest.raises(Refusal) as refused:
        read_seal({name: value for name, value in headers.items() if value is not None})
    return f"{refused.value.status} {refused.value.code}"


def test_a_signature_is_what_openssl_would_say() -> None:
    # printf '1700000000:nonce-01:{}' | openssl dgst -sha256 -hmac secret
    made = sign("secret", timestamp="1700000000", nonce="nonce-01", body=b"{}")
    assert made == "8ca2c49545dc12d39cd5ceccd1a0205b0f5b16a344dc93f4d5781346bae4f4bc"
    assert made == hmac.new(b"secret", b"1700000000:nonce-01:{}", hashlib.sha256).hexdigest()


@pytest.mark.parametrize("prefix", ["", "sha256="])
@pytest.mark.parametrize("known", [["secret"], ["new", "secret"], ["secret", "new"], ["a", "b", "secret", "한글"]])
def test_any_secret_in_force_may_have_signed(prefix: str, known: list[str]) -> None:
    assert seal(prefix + GOOD).fits(BODY, known)


@pytest.mark.parametrize(
    "signature",
    [
        GOOD.upper(), "SHA256=" + GOOD, "sha256=sha256=" + GOOD, "sha1=" + GOOD, "sha256:" + GOOD, GOOD[:-1],
        GOOD + "0",
        GOOD + " ", GOOD + "\n", "sha256=", "0" * 64, "é" * 64, "\udcff" * 64, GOOD[:-1] + "é", "\x00" + GOOD,
        "０" * 64,
    ],
)  # fmt: skip
def test_anything_but_the_lower_case_hex_is_no_signature(signature: str) -> None:
    assert not seal(signature).fits(BODY, ["secret"])


@pytest.mark.parametrize(
    ("changes", "body"),
    [({}, BODY + b" "), ({}, b""), ({"nonce": "nonce-02"}, BODY), ({"timestamp": STAMP + "0"}, BODY)],
)
def test_a_signature_holds_for_its_own_body_nonce_and_time(changes: dict[str, str], body: bytes) -> None:
    assert not seal(**changes).fits(body, ["secret"])


@pytest.mark.parametrize("known", [[], ["Secret"], ["secret "]])
def test_without_the_secret_nothing_fits(known: list[str]) -> None:
    assert not seal().fits(BODY, known)


def test_every_secret_is_tried_by_constant_time_though_the_first_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    compare = hmac.compare_digest

    def counting(one: Any, other: Any) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    assert seal().fits(BODY, ["secret", "old", "older"])
    assert len(set(compared)) == 3


@pytest.mark.parametrize(("seconds", "is_fresh"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signature_is_good_for_300_seconds_on_both_sides(seconds: int, is_fresh: bool) -> None:
    moment = int(NOW.timestamp()) + seconds
    assert seal(timestamp=str(moment)).is_fresh(NOW) is is_fresh
    assert seal(timestamp=f"000{moment}").is_fresh(NOW - timedelta(milliseconds=999)) is is_fresh


@pytest.mark.parametrize("timestamp", ["0", "9" * 20])
def test_a_time_far_away_is_not_fresh(timestamp: str) -> None:
    assert not seal(timestamp=timestamp).is_fresh(NOW)


def test_what_is_missing_is_named_in_the_published_order() -> None:
    assert refusal(signature=None, timestamp=None, nonce=None) == "401 SIGNATURE_INVALID"
    assert refusal(signature="", timestamp="x", nonce="x") == "401 SIGNATURE_INVALID"
    assert refusal(timestamp=None) == refusal(timestamp="") == "400 MISSING_HEADER"
    assert refusal(nonce=None) == refusal(nonce="") == "400 MISSING_HEADER"
    assert refusal(timestamp="x", nonce="short") == "400 MISSING_HEADER"
    assert refusal(timestamp="x") == "400 INVALID_TIMESTAMP"


@pytest.mark.parametrize("nonce", ["a" * 7, "a" * 129, "nonce 01", "nonce.01", "nonce-0é", "nonce-０1", "nonce-01\n"])
def test_a_nonce_of_other_length_or_characters_is_none(nonce: str) -> None:
    assert refusal(nonce=nonce) == "400 MISSING_HEADER"


@pytest.mark.parametrize("nonce", ["a" * 8, "a" * 128, "Aa0_-Zz9"])
def test_a_nonce_has_8_to_128_letters_digits_and_dashes(nonce: str) -> None:
    assert read_seal({**SEAL, "X-Nonce": nonce}) == Seal("0" * 64, STAMP, nonce)


@pytest.mark.parametrize(
    "timestamp",
    [
        "-1",
        "+1",
        "1.5",
        "1e9",
        "0x10",
        "１７００００００００",
        "²",
        " 1",
        "1 ",
        "1_000",
        "9" * 21,
        "9" * 5000,
        "NaN",
        "é",
    ],
)
def test_a_timestamp_is_ascii_digits_of_a_sane_length(timestamp: str) -> None:
    assert refusal(timestamp=timestamp) == "400 INVALID_TIMESTAMP"
