"""Webhook calls that must change nothing: what each sends, and the refusal it must meet."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, replace
from typing import Any, Final

from bench import provider
from bench.provider import Json, Sealed, seal, signature
from shop.models import Purchase

STRANGE_NUMBERS: Final = ("-1", "0", "1.5", '"5"', "1e3", "true", "null", str(2**63), "NaN", '"１００"', "[]", "{}")


@dataclass(frozen=True, slots=True)
class Attack:
    """A call, and the status and code it has to be answered with; an empty code stands for any."""

    name: str
    call: Sealed
    status: int
    code: str = ""
    method: str = "POST"


def event_of(purchase: Purchase, **facts: Any) -> Json:
    """The provider's news of a purchase."""
    told = provider.event(
        receipt_code=purchase.receipt_code,
        user_id=purchase.player_id,
        product_id=purchase.code,
        amount=purchase.amount,
    )
    return told | facts


def all_of(purchase: Purchase, secret: str, luck: random.Random) -> list[Attack]:
    """Every attack on the purchase, in a random order."""
    made = [*_forged(purchase, secret), *_untimely(purchase, secret, luck), *_malformed(purchase, secret)]
    made += _mismatched(purchase, secret)
    luck.shuffle(made)
    return made


def _with(call: Sealed, **headers: str | None) -> Sealed:
    """The call with other headers (underscores for dashes); None leaves one out."""
    changed: dict[str, str] = dict(call.headers)
    for name, value in headers.items():
        if value is None:
            del changed[f"X-{name}"]
        else:
            changed[f"X-{name}"] = value
    return replace(call, headers=changed)


def _forged(purchase: Purchase, secret: str) -> list[Attack]:
    good = seal(secret, event_of(purchase))
    sign, at, nonce = good.headers["X-Signature"], good.headers["X-Timestamp"], good.headers["X-Nonce"]
    other = provider.seal(secret, event_of(purchase, amount=1))
    made: list[tuple[str, Sealed]] = [
        ("no signature", _with(good, Signature=None)),
        ("an empty signature", _with(good, Signature="")),
        ("another secret", seal("another-secret-that-nobody-set", event_of(purchase))),
        ("an empty secret", seal("", event_of(purchase))),
        ("the signature of another body", _with(good, Signature=other.headers["X-Signature"])),
        ("another body under the signature", replace(good, raw=other.raw)),
        ("a later timestamp than was signed", _with(good, Timestamp=str(int(at) + 1))),
        ("another nonce than was signed", _with(good, Nonce="0123456789abcdef")),
        ("a signature of the body alone", _with(good, Signature=signature(secret, "", "", good.raw))),
        ("upper case", _with(good, Signature=sign.upper() if sign.upper() != sign else "A" * 64)),
        ("half a signature", _with(good, Signature=sign[:32])),
        ("a longer signature", _with(good, Signature=sign + "00")),
        ("another prefix", _with(good, Signature=f"sha512={sign}")),
        ("two prefixes", _with(good, Signature=f"sha256=sha256={sign}")),
        ("a signature that is no hex", _with(good, Signature="\u00e9" * 64)),
        ("shifted colons", _with(good, Timestamp=at[:-1], Nonce=at[-1] + nonce)),
    ]
    return [Attack(f"forged: {name}", call, 401, "SIGNATURE_INVALID") for name, call in made]


def _untimely(purchase: Purchase, secret: str, luck: random.Random) -> list[Attack]:
    body = event_of(purchase)
    good = seal(secret, body)
    missing: list[dict[str, str | None]] = [
        {"Timestamp": None},
        {"Timestamp": ""},
        {"Nonce": None},
        {"Nonce": "short"},
        {"Nonce": "n" * 129},
    ]
    missing += [{"Nonce": "with blanks in it"}, {"Nonce": "semi;colon:nonce"}]
    made = [Attack(f"headers: {each}"[:60], _with(good, **each), 400, "MISSING_HEADER") for each in missing]
    for written in ("abc", "1e9", "-5", "12.5", "0x10", "１２３", "+5"):
        nonce = good.headers["X-Nonce"]
        signed = _with(good, Timestamp=_latin(written), Signature=signature(secret, written, nonce, good.raw))
        made.append(Attack(f"timestamp: {written}", signed, 400, "INVALID_TIMESTAMP"))
    # What is ahead of its time comes nearer while the others are sent: a minute is for that.
    away = (-302, 360, -luck.randint(310, 10**6), luck.randint(360, 10**6), int(time.time()) * 999)
    made += [Attack(f"stale: {each} s", seal(secret, body, at=each), 400, "STALE_TIMESTAMP") for each in away]
    return made


def _latin(text: str) -> str:
    """Text as its UTF-8 bytes travel in a header."""
    return text.encode().decode("latin-1")


def _malformed(purchase: Purchase, secret: str) -> list[Attack]:
    good = event_of(purchase)
    bodies = [b"", b"{}", b"null", b"[]", b'"text"', b"{", b"\xff\xfe", b'{"a": 1} trailing']
    bodies += [json.dumps({name: value for name, value in good.items() if name != left}).encode() for left in good]
    for field in ("amount", "user_id"):
        text = json.dumps(good | {field: "HERE"})
        bodies += [text.replace('"HERE"', number).encode() for number in STRANGE_NUMBERS]
    strange: list[Json] = [
        {"status": "paid"},
        {"status": "refunded"},
        {"status": None},
        {"event_id": "e" * 129},
        {"event_id": ""},
    ]
    strange += [{"event_id": "nul\x00"}, {"receipt_code": "nul\x00"}, {"product_id": "\ud800"}, {"product_id": ["x"]}]
    bodies += [json.dumps(good | each).encode() for each in strange]
    bodies.append(json.dumps(good)[:-1].encode() + b', "amount": 1}')
    deep = b"[" * 100_000
    made = [Attack(f"malformed: {raw[:60]!r}", seal(secret, raw), 422) for raw in [*bodies, deep]]
    two_names = seal(secret, good, event_id="another-event")
    made.append(Attack("malformed: two event ids", two_names, 422, "VALIDATION_ERROR"))
    large = seal(secret, json.dumps(good | {"note": "x" * 1_100_000}).encode())
    made.append(Attack("malformed: too large", large, 413, "PAYLOAD_TOO_LARGE"))
    form = seal(secret, good)
    form = replace(form, headers={**form.headers, "Content-Type": "application/x-www-form-urlencoded"})
    made.append(Attack("malformed: a form", form, 415, "UNSUPPORTED_MEDIA_TYPE"))
    made += [Attack(f"malformed: {method}", seal(secret, good), 405, method=method) for method in ("GET", "PUT")]
    return made


def _mismatched(purchase: Purchase, secret: str) -> list[Attack]:
    others: list[Json] = [
        {"amount": purchase.amount + 1},
        {"amount": purchase.amount - 1},
        {"user_id": purchase.player_id + 1},
        {"product_id": "GOLD_PACK_SMALL"},
        {"product_id": purchase.code.upper() + "_"},
        {"user_id": purchase.player_id + 1, "amount": purchase.amount * 100},
    ]
    made = [
        Attack(f"mismatch: {sorted(each)}", seal(secret, event_of(purchase, **each)), 422, "PURCHASE_MISMATCH")
        for each in others
    ]
    for receipt in ("000000000000", purchase.receipt_code.upper() + "A", purchase.receipt_code[:11]):
        call = seal(secret, event_of(purchase, receipt_code=receipt))
        made.append(Attack("mismatch: no such receipt", call, 404, "PURCHASE_NOT_FOUND"))
    return made
