"""Bits packed into bytes, in the order of DEFLATE: from the lowest bit of each byte on."""

from __future__ import annotations


class Bits:
    """What has been written so far."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._pending = 0
        self._pending_bits = 0

    def write(self, value: int, count: int) -> None:
        """Append the `count` lowest bits of a value that has no higher ones."""
        self._pending |= value << self._pending_bits
        self._pending_bits += count
        while self._pending_bits >= 8:  # noqa: PLR2004 - the bits of a byte
            self._bytes.append(self._pending & 0xFF)
            self._pending >>= 8
            self._pending_bits -= 8

    def to_bytes(self) -> bytes:
        """Return all of it, the last byte filled with zeros."""
        return bytes(self._bytes) + bytes([self._pending] if self._pending_bits else [])
