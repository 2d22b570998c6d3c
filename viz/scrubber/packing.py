"""Numbers as text for a page: floats of 32 or 64 bits, deflated.

Rows that resemble each other, as parameters do from epoch to epoch, are written as what changed: the bits of each
number XOR those of the number before, and then all first bytes, all second bytes, and so on. What did not change is
then a run of zeros, and goes down to a fraction of its size.
"""

from __future__ import annotations

import base64
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence

LETTERS = {"f": 4, "d": 8}  # bytes of a number


def packed(rows: Iterable[Sequence[float]], kind: str = "d") -> str:
    """Rows of as many numbers each, as text; `unpacked` in the page (page/unpack.js) reads it.

    Args:
        rows: of numbers.
        kind: "f" for 32 bits, to which numbers are then rounded; "d" for 64.
    """
    size = LETTERS[kind]
    before: bytes | None = None
    changes = bytearray()
    for row in rows:
        numbers = array(kind, row)
        if sys.byteorder == "big":
            numbers.byteswap()
        now = numbers.tobytes()
        changes += now if before is None else _xor(now, before)
        before = now
    shuffled = b"".join(changes[place::size] for place in range(size))
    return base64.b64encode(zlib.compress(shuffled, 9)).decode("ascii")


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).to_bytes(len(one), "little")
