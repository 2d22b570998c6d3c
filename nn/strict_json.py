"""JSON as a file of ours has it, read strictly: every key once, every number finite, nothing left out.

JSON knows neither infinities nor nan, so a float is written as a number where it is finite, and as
a string where it is not: "inf", "-inf", "nan", or "nan:" and its 16 hexadecimal digits. It comes back to the bit.
"""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from typing import Any

from ..engine import DamagedFileError

LONGEST_INTEGER = 20  # digits; longer ones are never written, and are slow to read
NAN = struct.pack(">d", math.nan)


def as_json(x: float) -> float | str:
    """A float as it is written."""
    if math.isfinite(x):
        return x
    if math.isinf(x):
        return "inf" if x > 0.0 else "-inf"
    bits = struct.pack(">d", x)
    return "nan" if bits == NAN else f"nan:{bits.hex()}"


def as_float(x: Any, where: str) -> float:
    """A float as it was before it was written.

    Raises:
        DamagedFileError: `x` is nothing that `as_json` gives; `where` says where it stands.
    """
    if type(x) is float:
        return x
    if type(x) is str:
        if x in ("inf", "-inf", "nan"):
            return float(x)
        if x.startswith("nan:") and len(x) == 20 and set(x[4:]) <= set("0123456789abcdef"):
            (number,) = struct.unpack(">d", bytes.fromhex(x[4:]))
            if math.isnan(number):
                return float(number)
    raise DamagedFileError(f"{where} must be a number, got {shown(x)}")


def parsed(content: bytes, what: str) -> Any:
    """What JSON says; `what` names it in errors.

    Raises:
        DamagedFileError: it is no strict JSON in UTF-8; the message says where it stops to be.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"{what}: no UTF-8 at byte {error.start}") from None

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
            raise DamagedFileError(f"{what}: the key {shown(twice)} stands there twice")
        return found

    def integer(digits: str) -> int:
        if len(digits) > LONGEST_INTEGER:
            raise DamagedFileError(f"{what}: {shown(digits)} is no number of ours: it is too long")
        return int(digits)

    def finite(digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            raise DamagedFileError(f"{what}: {shown(digits)} is too large for a float")
        return number

    def refuse(name: str) -> Any:
        raise DamagedFileError(f"{what}: {name} is no JSON")

    try:
        return json.loads(text, object_pairs_hook=once, parse_int=integer, parse_float=finite, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise DamagedFileError(f"{what}: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DamagedFileError(f"{what}: brackets are nested too deep") from None


def check_keys(record: Any, keys: tuple[str, ...], where: str, optional: tuple[str, ...] = ()) -> None:
    """Refuse what is no object with these keys; `where` says where it stands.

    Raises:
        DamagedFileError: it is not.
    """
    if type(record) is not dict:
        raise DamagedFileError(f"{where} must be an object, got {shown(record)}")
    if set(record) - set(optional) != set(keys):
        raise DamagedFileError(f"{where} must have the keys {', '.join(keys)}; got {', '.join(map(shown, record))}")


def shown(x: Any) -> str:
    """Something that was read, short enough for a message."""
    text = ascii(x) if isinstance(x, (str, int, float, bool)) or x is None else type(x).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."
