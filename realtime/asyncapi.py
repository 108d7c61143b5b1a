"""The socket described for programs: an AsyncAPI 3 document, made from the classes of the events.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings

from realtime import door, events, plays
from realtime.events import Event
from realtime.frames import HEARTBEAT_SECONDS

Json = dict[str, Any]
PATH: Final = "/api/realtime/sync"
OPENING: Final = (events.SyncConnected, events.InitialState)
STORED: Final = (
    plays.SlotSpin,
    plays.RpsPlay,
    plays.GachaPull,
    plays.CrashBet,
    plays.CrashResult,
    events.PurchaseUpdate,
    events.StreakUpdate,
    events.RewardGranted,
    events.ProfileUpdate,
    events.StatsUpdate,
    events.MissionProgress,
    events.EventProgress,
    events.NewNotice,
    events.UnreadNotices,
    events.UserAction,
)
"""What is kept and numbered, in the order in which one operation tells it."""
PASSING: Final = (events.CatalogUpdate, events.Pong)
"""What is told to whoever is there, and not kept."""
MESSAGES: Final[tuple[type[Event], ...]] = (*OPENING, *STORED, *PASSING)

CLOSE_CODES: Final = {
    door.BAD_QUERY: "since or epoch cannot be read",
    door.NOT_ADMITTED: "no credentials, or a session that is over; also when it ends or the token expires meanwhile",
    door.BAD_ORIGIN: "a cookie from a page of another origin",
    door.SLOW: "too many messages wait for a client that does not read: connect again with since",
    door.TOO_MANY: "too many sockets of one player, or more than 20 messages in 10 seconds",
    door.TOO_BIG: "a message over 4 KiB",
    door.RESTART: "the server restarts, or the numbering began anew: connect again with since",
}
_ABOUT: Final = f"""\
Every message is `{{type, user_id, seq, timestamp, data}}`. Stored events are numbered by `seq`, which rises by exactly
1 for each of a player's events; it is written in the same transaction as the change that it tells. What is not stored
has `seq: null`. Data are absolute values, never differences.

Delivery is at least once and in order: drop a `seq` that you have seen. To go on after a break, connect with `since`,
the last `seq` you have, and `epoch`. With `recovered: true` the events in between follow and do not overwrite what
`initial_state` said (their `seq` is at most its `as_of_seq`); with `recovered: false` nothing is told again and
`initial_state` is the truth.

The socket takes no orders: send `{{"type":"ping"}}` every {HEARTBEAT_SECONDS} seconds and wait for the pong; the text
`ping` is answered with the text `pong`; anything else is ignored. The same events can be read from
`GET /api/realtime/events`.
"""
_QUERY: Final = {
    "token": {"type": "string", "description": "an access token, where no header can be set"},
    "since": {"type": "integer", "minimum": 0, "description": "the last `seq` that was seen"},
    "epoch": {"type": "string", "description": "the `epoch` it belongs to"},
}


_EXAMPLES: Final[Mapping[str, Json]] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
"""One message of each kind as it really was told."""


def document(*, title: str, version: str, shapes: Mapping[str, Json]) -> Json:
    """The AsyncAPI document; `shapes` are the schemas that the HTTP API publishes, of which it takes what it names."""
    messages = {kind.__name__: _message(kind) for kind in MESSAGES} | {"Ping": _ping()}
    heard = [{"$ref": f"#/channels/sync/messages/{kind.__name__}"} for kind in MESSAGES]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {"club": _server()},
        "channels": {
            "sync": {
                "address": PATH,
                "title": "A player's news",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"query": {"type": "object", "properties": _QUERY}, "bindingVersion": "0.1.0"}},
                "x-close-codes": {str(code): meaning for code, meaning in sorted(CLOSE_CODES.items())},
            }
        },
        "operations": {
            "tell": {"action": "send", "channel": {"$ref": "#/channels/sync"}, "messages": heard},
            "hear": {
                "action": "receive",
                "channel": {"$ref": "#/channels/sync"},
                "messages": [{"$ref": "#/channels/sync/messages/Ping"}],
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas(shapes),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "httpApiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            },
        },
    }


def _server() -> Json:
    return {
        "host": "{host}",
        "protocol": "wss",
        "variables": {"host": {"default": "127.0.0.1:8000", "description": "where the club is served"}},
        "security": [
            {"$ref": "#/components/securitySchemes/bearer"},
            {"$ref": "#/components/securitySchemes/cookie"},
        ],
    }


def _message(kind: type[Event]) -> Json:
    seq = {"type": "integer", "minimum": 1} if kind in STORED else {"type": "null"}
    return {
        "name": kind.type,
        "summary": kind.__doc__,
        "payload": {
            "type": "object",
            "properties": {
                "type": {"const": kind.type},
                "user_id": {"type": "integer"},
                "seq": seq,
                "timestamp": {"type": "number", "description": "Unix seconds"},
                "data": {"$ref": f"#/components/schemas/{kind.__name__}"},
            },
            "required": ["type", "user_id", "seq", "timestamp", "data"],
            "additionalProperties": False,
        },
        "examples": [{"payload": _EXAMPLES[kind.__name__]}],
    }


def _ping() -> Json:
    payload = {"type": "object", "properties": {"type": {"const": "ping"}}, "required": ["type"]}
    return {"name": "ping", "summary": "Is anybody there?", "payload": payload}


def schemas(shapes: Mapping[str, Json]) -> Json:
    """The data of every message by the name of its class, with all that they refer to."""
    _, made = msgspec.json.schema_components(MESSAGES, ref_template="#/components/schemas/{name}")
    own = {name: _exactly(name, schema) for name, schema in made.items()}
    borrowed: Json = {}
    wanted = [name for name in _references(own) if name not in own]
    while wanted:
        name = wanted.pop()
        if name not in borrowed:
            borrowed[name] = shapes[name]
            wanted += _references(shapes[name])
    if twice := own.keys() & borrowed.keys():
        raise ValueError(f"an event and the HTTP API give one name to two shapes: {twice}")
    return own | borrowed


_KINDS: Final = {kind.__name__ for kind in MESSAGES}


def _exactly(name: str, schema: Json) -> Json:
    """An object with these fields and no others; an event always tells all of its own."""
    fields = {field: _plain(facts) for field, facts in schema.get("properties", {}).items()}
    required = list(fields) if name in _KINDS else schema.get("required", [])
    kept: Json = {key: schema[key] for key in ("description", "type") if key in schema}
    return {**kept, "properties": fields, "required": required, "additionalProperties": False}


def _plain(facts: Json) -> Json:
    """A field's schema without what says nothing: defaults, and the kind of what is described elsewhere."""
    if "$ref" in facts:
        return {"$ref": facts["$ref"]}
    return {key: value for key, value in facts.items() if key != "default"}


def _references(schema: object) -> Iterator[str]:
    """The names of all schemas that `schema` refers to, at any depth."""
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from _references(part)
