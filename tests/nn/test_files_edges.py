"""Files that are odd and right, and files that are nearly right: empty tensors, another order of keys, a byte short."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from chalkgrad import nn
from chalkgrad.engine import DamagedFileError
from chalkgrad.nn.history import Epoch, History, Score
from chalkgrad.nn.safetensors import _opened


def file_of(header: Any, content: bytes = b"") -> bytes:
    described = json.dumps(header).encode()
    return struct.pack("<Q", len(described)) + described + content


def entry(shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": "F64", "shape": shape, "data_offsets": [start, end]}


def test_the_order_of_the_keys_is_no_damage(tmp_path: Path) -> None:
    model = nn.MLP(2, [2, 1], seed=1)
    path = nn.save_safetensors(model, tmp_path / "a.safetensors")
    file = path.read_bytes()
    (length,) = struct.unpack_from("<Q", file)
    header = json.loads(file[8 : 8 + length])
    turned = {name: dict(reversed(header[name].items())) for name in reversed(header)}
    path.write_bytes(file_of(turned, file[8 + length :]))
    other = nn.MLP(2, [2, 1], seed=2)
    nn.load_safetensors(other, path)
    assert other.state_dict() == model.state_dict()


def test_a_tensor_may_be_empty_and_have_many_dimensions() -> None:
    header = {"a": entry([0, 3], 0, 0), "b": entry([1] * 64, 0, 8)}
    assert _opened(file_of(header, bytes(8)))[0] == header
    with pytest.raises(DamagedFileError, match="'b': shape or data_offsets cannot be so"):
        _opened(file_of({"b": entry([1] * 65, 0, 8)}, bytes(8)))
    with pytest.raises(DamagedFileError, match="'b': shape or data_offsets cannot be so"):
        _opened(file_of({"b": entry([1], 8, 0)}, bytes(8)))


def test_a_header_a_byte_longer_than_the_file_is_said_to_be_so() -> None:
    file = file_of({})
    assert _opened(file) == ({}, b"")
    for length in (3, len(file) - 7, len(file) + 7):
        with pytest.raises(DamagedFileError, match=f"said to have {length} bytes, and the file has {len(file)}"):
            _opened(struct.pack("<Q", length) + file[8:])
    with pytest.raises(DamagedFileError, match="it ends after 7 bytes"):
        _opened(file[:7])


def test_of_equal_scores_the_first_is_the_best() -> None:
    model = nn.MLP(1, [1], seed=0)
    best = nn.BestWeights("loss")
    assert (best.best, best.epoch) == (None, 0)
    history = History()
    for number, loss in enumerate((3.0, 2.0, 2.0, float("nan"), 2.5), 1):
        model.parameters()[0].data = float(number)
        history.epochs.append(Epoch(Score(loss, None), None))
        assert best(model, history) is False
    assert (best.best, best.epoch, repr(best)) == (2.0, 2, "BestWeights('loss', best=2.0, epoch=2)")
    best.finish(model)
    assert model.parameters()[0].data == 2.0
    least = nn.BestWeights("loss", min_delta=0.5)
    history = History()
    for loss in (3.0, 2.5, 2.25):
        history.epochs.append(Epoch(Score(loss, None), None))
        least(model, history)
    assert (least.best, least.epoch) == (2.25, 3)
