"""Messages between the controller, the servers and their children: JSON lines."""

from __future__ import annotations

import json
import socket
from typing import Any

Message = dict[str, Any]
_CHUNK = 1 << 16


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """One end of a connected stream socket."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._read = b""

    def send(self, message: Message) -> None:
        """Raises Closed where nobody reads any more."""
        try:
            self._end.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            raise Closed from None

    def receive(self, timeout: float | None = None) -> Message:
        """The next message. Raises Closed, or TimeoutError after so many seconds."""
        self._end.settimeout(timeout)
        while b"\n" not in self._read:
            try:
                chunk = self._end.recv(_CHUNK)
            except TimeoutError:
                raise
            except OSError:
                raise Closed from None
            if not chunk:
                raise Closed
            self._read += chunk
        line, _, self._read = self._read.partition(b"\n")
        message: Message = json.loads(line)
        return message

    def hand_over(self, message: Message, end: socket.socket) -> None:
        """Send a message, and with it one end of another channel."""
        try:
            line = json.dumps(message).encode() + b"\n"
            socket.send_fds(self._end, [line], [end.fileno()])
        except OSError:
            raise Closed from None

    def receive_with_end(self) -> tuple[Message, socket.socket | None]:
        """A message, and the end of a channel where one was handed over with it."""
        if b"\n" in self._read:
            return self.receive(), None
        self._end.settimeout(None)
        try:
            data, descriptors, _, _ = socket.recv_fds(self._end, _CHUNK, 1)
        except OSError:
            raise Closed from None
        if not data:
            raise Closed
        self._read += data
        end = socket.socket(fileno=descriptors[0]) if descriptors else None
        return self.receive(), end

    def close(self) -> None:
        self._end.close()
