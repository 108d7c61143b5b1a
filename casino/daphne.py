"""Daphne with what it lacks under fire: back-pressure, a bound on bodies and messages, a polite end.

Daphne's `send` never blocks, autobahn refuses to close with 1009 and 1012, and SIGTERM cuts answers in flight.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import signal
import socket
import time
import weakref
from collections.abc import Callable
from typing import Any, Final

from daphne.server import Server  # isort: skip  (first: it installs the asyncio reactor)
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer
from twisted.internet import reactor as _reactor
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from realtime.door import MESSAGE_BYTES_MAX, RESTART, TOO_MANY
from realtime.frames import SEND_AT_ONCE

_log = logging.getLogger(__name__)
reactor: Final[Any] = _reactor

# Daphne looks every two seconds: a peer that stays silent is gone after 40 at most.
PING_SECONDS: Final = 20
PONG_WAIT_SECONDS: Final = 18
CLOSE_WAIT_SECONDS: Final = 10
STALLED_SECONDS: Final = 30
UNREAD_MESSAGES_MAX: Final = 64
SEND_BUFFER_BYTES: Final = 65_536
BODY_BYTES_MAX: Final = 6 * 1024 * 1024  # above every limit by which the club itself refuses
BACKLOG: Final = 512
DRAIN_SECONDS: Final = 25.0
LINGER_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 0.1
_TEXT: Final = 1
_BINARY: Final = 2


@implementer(IPushProducer)
class Flow:
    """Knows whether a transport has room; whoever writes waits for it."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.room.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The transport's buffer is full."""
        self.room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """It is empty again."""
        self.room.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone: nobody need wait for it."""
        self.room.set()


class ClubSocket(WebSocketProtocol):
    """A socket that makes its writer wait and closes with every code of the contract."""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Takes the transport over from the HTTP channel that had it before the upgrade."""
        super().connectionMade()
        self.flow = Flow()
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.flow, True)
        # A reader that stopped shows after kilobytes, not after the megabytes a kernel would take in.
        self.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 - autobahn's names
        """Passes a message on, unless the client sends faster than anybody reads."""
        if self.state != self.STATE_OPEN:
            return
        if self.application_queue.qsize() > UNREAD_MESSAGES_MAX:
            self.serverClose(TOO_MANY)
            return
        super().onMessage(payload, isBinary)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802 - daphne's name
        """Sends one whole frame, unless the socket is already closing.

        Without autobahn: its `sendMessage` holds our own messages to the bound set for the client's, its `sendFrame`
        costs several times what the frame does.
        """
        if self.state == self.STATE_OPEN:
            payload = content if binary else content.encode()
            self._write(_head_of(_BINARY if binary else _TEXT, len(payload)) + payload)

    def send_at_once(self, text: str) -> bool:
        """Sends `text` when the transport has room; else sends nothing and returns False."""
        has_room = self.state == self.STATE_OPEN and self.flow.room.is_set()
        if has_room:
            self.serverSend(text)
        return has_room

    def _write(self, data: bytes) -> None:
        """Hands the kernel what it takes now, without a turn of the loop, unless older bytes still wait."""
        if self.transport not in reactor.getWriters():
            taken = self.transport.writeSomeData(data)
            data = data[taken:] if isinstance(taken, int) else data  # a lost connection is the reactor's to find
        if data:
            self.transport.write(data)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        """Closes with `code`."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=1000 if code is None else code)


def _head_of(opcode: int, length: int) -> bytes:
    """What goes before the payload of a server's whole frame (RFC 6455, 5.2: final, not masked)."""
    if length < 126:
        return bytes((0x80 | opcode, length))
    if length < 65_536:
        return bytes((0x80 | opcode, 126)) + length.to_bytes(2, "big")
    return bytes((0x80 | opcode, 127)) + length.to_bytes(8, "big")


class ClubRequest(WebRequest):
    """A request whose body is bounded while it arrives, and whose answer says when it is its connection's last."""

    _body_bytes = 0
    _flow: Flow | None = None

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keeps the body up to the bound and lets the rest fall."""
        self._body_bytes += len(data)
        if self._body_bytes <= BODY_BYTES_MAX:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Hands the request on, or refuses what was too large."""
        return self._refuse_body() if self._body_bytes > BODY_BYTES_MAX else super().process()

    def _refuse_body(self) -> None:
        text = "Request body too large"
        error = {"code": "PAYLOAD_TOO_LARGE", "message": text, "details": None, "request_id": None}
        headers = [(b"Content-Type", b"application/json"), (b"Connection", b"close")]
        self.channel.persistent = False
        self.handle_reply({"type": "http.response.start", "status": 413, "headers": headers})
        body = json.dumps({"detail": text, "error": error}).encode()
        self.handle_reply({"type": "http.response.body", "body": body})

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Answers; during a drain this is the last answer on its connection, and says so."""
        if self.server.is_draining and message["type"] == "http.response.start" and self.channel is not None:
            message = {**message, "headers": [*message.get("headers", ()), (b"Connection", b"close")]}
            self.channel.persistent = False
        super().handle_reply(message)
        if self.finished or self.channel is None or not self.is_endless:
            return
        if message["type"] == "http.response.start":
            self._flow = Flow()
            self.registerProducer(self._flow, True)
            self.channel.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        elif self.server.is_draining:
            self.finish()  # it began when the others were told to end: one message is enough

    async def until_read(self) -> None:
        """Waits while an event stream's reader does not read; one that never does is cut off."""
        try:
            if self._flow is not None:
                await asyncio.wait_for(self._flow.room.wait(), STALLED_SECONDS)
        except TimeoutError:
            self.channel.transport.abortConnection()

    def finish(self) -> None:
        """Ends the answer."""
        if self._flow is not None:
            self.unregisterProducer()
            self._flow = None
        super().finish()

    @property
    def is_endless(self) -> bool:
        """Whether the answer is an event stream, which ends when we say so."""
        kind: bytes = (self.responseHeaders.getRawHeaders(b"content-type") or [b""])[0]
        return kind.startswith(b"text/event-stream")


class ClubServer(Server):
    """Serves one application on one port until it is told to stop, then lets everybody finish."""

    def __init__(self, application: Any, *, host: str, port: int, on_listening: Callable[[], None]) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:port={port}:interface={host}:backlog={BACKLOG}"],
            signal_handlers=False,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_WAIT_SECONDS,
            websocket_timeout=-1,
            websocket_max_message_size=MESSAGE_BYTES_MAX,
            websocket_max_frame_size=MESSAGE_BYTES_MAX,
            ready_callable=self._prepare,
            server_name="",
        )
        self.is_draining = False
        self.has_failed = False
        self._on_listening = on_listening
        self._ports: list[Any] = []
        self._channels: weakref.WeakSet[Any] = weakref.WeakSet()
        self._deadline = 0.0

    def _prepare(self) -> None:
        """Daphne has made its factories and is about to run: from here on they make our protocols."""
        self.ws_factory.protocol = ClubSocket
        self.ws_factory.setProtocolOptions(failByDrop=False, closeHandshakeTimeout=CLOSE_WAIT_SECONDS)
        build = self.http_factory.buildProtocol

        def build_channel(address: Any) -> Any:
            channel = build(address)
            channel.requestFactory = ClubRequest
            self._channels.add(channel)
            return channel

        self.http_factory.buildProtocol = build_channel
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: reactor.callFromThread(self.drain))
        gc.freeze()  # what the start has made stays: a look through it all would hold every socket up for 0.1 s
        reactor.callWhenRunning(self._on_listening)

    def listen_success(self, port: Any) -> None:
        """Remembers the port: it is the first thing to close."""
        super().listen_success(port)
        self._ports.append(port)

    def listen_error(self, failure: Any) -> None:
        """Remembers that it could not begin: the port is taken, the address is not ours."""
        self.has_failed = True
        super().listen_error(failure)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Runs the application; a socket's may send without waiting."""
        if isinstance(protocol, ClubSocket):
            scope["extensions"] = {SEND_AT_ONCE: protocol.send_at_once}
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Sends a reply; a message of a socket or an event stream waits until the transport has room."""
        if message["type"] == "websocket.send" and isinstance(protocol, ClubSocket):
            await protocol.flow.room.wait()
        elif isinstance(protocol, ClubRequest):
            await protocol.until_read()
        await super().handle_reply(protocol, message)

    # --- the end --------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Takes nobody in any more, tells sockets 1012, lets answers finish, then stops; a second time: stops."""
        if self.is_draining:
            self.stop()
            return
        self.is_draining = True
        self._deadline = time.monotonic() + DRAIN_SECONDS
        for port in self._ports:
            # Whoever the kernel let in already is served too: closing the port would reset them.
            port.numberAccepts = BACKLOG
            port.doRead()
            port.stopListening()
        for protocol, facts in list(self.connections.items()):
            if "disconnected" not in facts:
                _say_goodbye(protocol)
        # A request may already be on its way over a connection that looks idle.
        reactor.callLater(LINGER_SECONDS, self._stop_when_quiet)

    def _stop_when_quiet(self) -> None:
        open_channels = [channel._channel for channel in list(self._channels) if _is_open(channel)]
        for channel in open_channels:
            if not channel.requests:
                channel.loseConnection()
        if not open_channels or time.monotonic() > self._deadline:
            _log.info("drained; %d connections are cut", len(open_channels))
            self.stop()
        else:
            reactor.callLater(LOOK_SECONDS, self._stop_when_quiet)

    def kill_all_applications(self) -> Any:
        """Ends what still runs; daphne's own stumbles over connections without an application."""
        running = [
            facts["application_instance"] for facts in self.connections.values() if "application_instance" in facts
        ]
        for task in running:
            task.cancel()
        return defer.Deferred.fromFuture(asyncio.gather(*running, return_exceptions=True))


def _say_goodbye(protocol: Any) -> None:
    if isinstance(protocol, ClubSocket):
        protocol.serverClose(RESTART)
    elif isinstance(protocol, ClubRequest) and protocol.is_endless:
        protocol.finish()


def _is_open(channel: Any) -> bool:
    transport = channel._channel.transport
    return bool(transport is not None and transport.connected)
