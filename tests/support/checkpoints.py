"""Models in files: a small training, numbers to the bit, and files that were changed by somebody who can count."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalkgrad.nn import Module

ROWS = [[math.sin(i), math.cos(2 * i)] for i in range(12)]
TARGETS = [math.sin(3 * i) for i in range(12)]


def bits(model: Module) -> dict[str, bytes]:
    return {name: struct.pack(">d", p.data) for name, p in model.named_parameters()}


def forged(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The file changed, with a checksum that fits."""
    content = json.loads(path.read_text())
    change(content)
    rest = {key: value for key, value in content.items() if key != "sha256"}
    content["sha256"] = hashlib.sha256(json.dumps(rest, separators=(",", ":")).encode()).hexdigest()
    path.write_text(json.dumps(content))
    return path
