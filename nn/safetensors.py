"""Weights in the format safetensors, under the names and in the shapes that PyTorch gives them.

A file is the length of a header (8 bytes), the header (JSON: name, type, shape and place of each tensor) and the
numbers. The weights of a layer are one tensor `weight` of shape [outputs, inputs], its biases one tensor `bias`.

Source: the format's description, https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
from pathlib import Path
from typing import Any, NamedTuple

from ..engine import ArgumentError, ArgumentTypeError, DamagedFileError, Value
from . import files
from .layers import Layer, Neuron
from .module import Module
from .modules import Sequential
from .strict_json import parsed, shown

__all__ = ["load_safetensors", "save_safetensors"]

WRITTEN = {"float64": "F64", "float32": "F32"}
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # bytes a number; what is read
LETTERS = {"F64": "d", "F32": "f", "F16": "e"}  # as `struct` calls them
OURS = "chalkgrad"  # the name of our checksum in a file's metadata
LARGEST_HEADER = 100_000_000  # bytes, as the format has it


class Tensor(NamedTuple):
    """Parameters that stand in one tensor, row by row."""

    shape: list[int]
    parameters: list[Value]


def tensors(model: Module) -> dict[str, Tensor]:
    """The parameters of a model as tensors, by name. Each parameter stands in one.

    A layer has one of weights and one of biases, if it has those; a neuron is a layer of one. Any other parameter
    is a tensor of its own, without dimensions. Names are PyTorch's, so what is in a `Sequential` goes by its number.
    """
    found: dict[str, Tensor] = {}
    seen: set[int] = set()

    def enter(name: str, shape: list[int], parameters: list[Value]) -> None:
        if name in found:
            raise ArgumentError(f"{type(model).__name__} has two tensors named {name}: rename an attribute")
        found[name] = Tensor(shape, parameters)
        seen.update(map(id, parameters))

    parts = list(model.named_modules())
    numbered = {path for path, part in parts if isinstance(part, Sequential)}
    for path, part in parts:
        neurons = part.neurons if isinstance(part, Layer) else [part] if isinstance(part, Neuron) else []
        weights = [w for neuron in neurons for w in neuron.w]
        biases = [neuron.b for neuron in neurons if neuron.b is not None]
        is_whole = len(biases) in (0, len(neurons)) and len({len(neuron.w) for neuron in neurons}) == 1
        together = {id(p) for p in weights + biases}
        if is_whole and len(together) == len(weights + biases) and not together & seen:
            enter(_named(f"{path}.weight", numbered), [len(neurons), len(neurons[0].w)], weights)
            if biases:
                enter(_named(f"{path}.bias", numbered), [len(neurons)], biases)
    for name, parameter in model.named_parameters():
        if id(parameter) not in seen:
            enter(_named(name, numbered), [], [parameter])
    return found


def _named(path: str, numbered: set[str]) -> str:
    """A path as PyTorch has it: the layers of a Sequential, whose paths are given, go by their numbers alone."""
    before: list[str] = []
    steps: list[str] = []
    for step in path.removeprefix(".").split("."):
        is_number = ".".join(before) in numbered and step.startswith("layer") and step[5:].isdecimal()
        steps.append(step[5:] if is_number else step)
        before.append(step)
    return ".".join(steps)


def save_safetensors(model: Module, path: str | os.PathLike[str], *, dtype: str = "float64") -> Path:
    """Write a model's parameters as safetensors, whole or not at all, and return the path.

    Args:
        model: any module.
        path: where to write; the usual name ends in .safetensors.
        dtype: "float64", exact, or "float32".

    Raises:
        ArgumentError: another dtype, a parameter that is too large for float32, or a missing folder.
        ArgumentTypeError: an argument of a wrong type.
        OSError: the file cannot be written; what stood there is still there.
    """
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a Module, got {type(model).__name__}")
    if dtype not in WRITTEN:
        raise ArgumentError(f"dtype must be one of {', '.join(WRITTEN)}; got {dtype!r}")
    kind = WRITTEN[dtype]
    header: dict[str, Any] = {}
    content = bytearray()
    for name, (shape, parameters) in tensors(model).items():
        if name == "__metadata__":
            raise ArgumentError("safetensors has no tensor named __metadata__: rename the attribute")
        start = len(content)
        try:
            content += struct.pack(f"<{len(parameters)}{LETTERS[kind]}", *[p.data for p in parameters])
        except OverflowError:
            raise ArgumentError(f"{name} has a number that is too large for float32") from None
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, len(content)]}
    described = json.dumps({"__metadata__": _metadata(header, content), **header}, separators=(",", ":")).encode()
    described += b" " * (-len(described) % 8)  # so that the numbers lie at a multiple of 8
    return files.write(path, struct.pack("<Q", len(described)) + described + content)


def load_safetensors(model: Module, path: str | os.PathLike[str]) -> None:
    """Set a model's parameters to those of a safetensors file: all of them or, after an error, none.

    The names and shapes are those that `save_safetensors` gives, or PyTorch's `state_dict` of a module with the same
    attributes. Numbers may be float64, float32, float16 or bfloat16.

    Raises:
        DamagedFileError: the file is no complete safetensors; the message says where.
        ArgumentError: names, shapes or types of numbers do not fit the model.
        OSError: the file cannot be read.
    """
    if not isinstance(model, Module):
        raise ArgumentTypeError(f"model must be a Module, got {type(model).__name__}")
    if not isinstance(path, (str, os.PathLike)):
        raise ArgumentTypeError(f"path must be a str or a Path, got {type(path).__name__}")
    file = Path(path).read_bytes()
    try:
        header, content = _opened(file)
    except DamagedFileError as error:
        raise DamagedFileError(f"{os.fspath(path)!a}: {error}") from None
    wanted = tensors(model)
    missing, unexpected = ([name for name in a if name not in b] for a, b in ((wanted, header), (header, wanted)))
    if missing or unexpected:
        raise ArgumentError(
            f"the file does not fit {type(model).__name__}: missing {missing or 'none'}, "
            f"unexpected {unexpected or 'none'}"
        )
    numbers: dict[int, float] = {}
    for name, (shape, parameters) in wanted.items():
        entry = header[name]
        if entry["shape"] != shape:
            raise ArgumentError(f"{name} must have the shape {shape}, and has {entry['shape']} in the file")
        start, end = entry["data_offsets"]
        read = _numbers(content[start:end], entry["dtype"], name)
        numbers.update(zip(map(id, parameters), read, strict=True))
    for parameter in model.parameters():
        parameter.data = numbers[id(parameter)]


def _metadata(header: dict[str, Any], content: bytes | bytearray) -> dict[str, str]:
    """What is said of the whole: that the names are PyTorch's, and our own checksum, which the format has not."""
    described = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    return {"format": "pt", OURS: f"{OURS} sha256 {hashlib.sha256(described + content).hexdigest()}"}


def _opened(file: bytes) -> tuple[dict[str, Any], bytes]:
    """The entries of the header, looked at, and the numbers."""
    if len(file) < 8:
        raise DamagedFileError(f"it ends after {len(file)} bytes, within the length of the header")
    (length,) = struct.unpack_from("<Q", file)
    if length > min(len(file) - 8, LARGEST_HEADER):
        raise DamagedFileError(f"the header is said to have {length} bytes, and the file has {len(file)}")
    header = parsed(file[8 : 8 + length], "the header")
    content = file[8 + length :]
    if type(header) is not dict:
        raise DamagedFileError(f"the header must be an object, got {shown(header)}")
    metadata = header.pop("__metadata__", {})
    if type(metadata) is not dict or not all(type(text) is str for text in metadata.values()):
        raise DamagedFileError("__metadata__ must be an object of strings")
    places = sorted(_place(name, entry) for name, entry in header.items())
    end = 0
    for start, stop, name in places:
        if start != end:
            raise DamagedFileError(f"{shown(name)} begins at byte {start} of the numbers, where {end} was due")
        end = stop
    if end != len(content):
        raise DamagedFileError(f"the tensors have {end} bytes, and {len(content)} bytes are there")
    # Known by its name or by its first word, so that damage to either does not hide it.
    ours = OURS in metadata or any(text.startswith(OURS) for text in metadata.values())
    if ours and metadata != _metadata(header, content):
        raise DamagedFileError("the checksum does not fit: something was changed since it was written")
    return header, content


def _place(name: str, entry: Any) -> tuple[int, int, str]:
    """Where the numbers of a tensor begin and end, with its name."""
    if type(entry) is not dict or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise DamagedFileError(f"{shown(name)} must have dtype, shape and data_offsets")
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if type(kind) is not str:
        raise DamagedFileError(f"{shown(name)}: dtype must be a string, got {shown(kind)}")
    for what, numbers in (("shape", shape), ("data_offsets", offsets)):
        if type(numbers) is not list or not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
            raise DamagedFileError(f"{shown(name)}: {what} must be whole numbers, 0 or more")
    if len(shape) > 64 or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise DamagedFileError(f"{shown(name)}: shape or data_offsets cannot be so")
    size = SIZES.get(kind)
    if size is not None and math.prod(shape) * size != offsets[1] - offsets[0]:
        raise DamagedFileError(
            f"{shown(name)}: its shape takes {shown(math.prod(shape) * size)} bytes in {kind}, "
            f"and it has {offsets[1] - offsets[0]}"
        )
    return offsets[0], offsets[1], name


def _numbers(content: bytes, kind: str, name: str) -> list[float]:
    """The numbers of a tensor as floats, each exact."""
    if kind not in SIZES:
        raise ArgumentError(f"{name} has numbers of the type {shown(kind)}; read are {', '.join(SIZES)}")
    count = len(content) // SIZES[kind]
    if kind == "BF16":  # the upper half of a float32
        return [struct.unpack("<f", b"\0\0" + content[i : i + 2])[0] for i in range(0, len(content), 2)]
    return list(struct.unpack(f"<{count}{LETTERS[kind]}", content))
