"""The types that the page's modules declare (`page/types.d.ts`), read so that Python's data can be held to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VIZ = Path(__file__).parents[2] / "viz"  # the types do not ship
AS_TEXT = ("NaN", "Infinity", "-Infinity")  # numbers for which JSON has no sign


@dataclass
class Interface:
    """An interface's fields: the type of each, and which of them may be missing."""

    fields: dict[str, str] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)


@dataclass
class Typedefs:
    """The interfaces of the file, and the unions of words (`type Phase = "forward" | ...`)."""

    interfaces: dict[str, Interface]
    words: dict[str, list[str]]

    def parts(self, type_name: str, data: Any, where: str = "lesson") -> Iterator[tuple[str, Any, str]]:
        """Everything in data that has a name for its type, interfaces and plain values: type, data, place."""
        shape = type_name.removeprefix("Partial<")
        if shape.startswith("Record<") and isinstance(data, dict):
            key_type, _, value_type = shape.removeprefix("Record<").partition(", ")
            value_type = value_type.removesuffix(">" if shape == type_name else ">>")
            for key, value in data.items():
                yield key_type, key, f"{where}: key"
                yield from self.parts(value_type, value, f"{where}[{key!r}]")
        elif shape.endswith(" | null") and data is not None:
            yield from self.parts(shape.removesuffix(" | null"), data, where)
        elif shape.endswith("[]") and isinstance(data, list):
            for i, entry in enumerate(data):
                yield from self.parts(shape.removesuffix("[]"), entry, f"{where}[{i}]")
        else:
            yield shape, data, where
            if shape in self.interfaces and isinstance(data, dict):
                for key, field_type in self.interfaces[shape].fields.items():
                    if key in data:
                        yield from self.parts(field_type, data[key], f"{where}.{key}")

    def faults(self, type_name: str, data: Any) -> Iterator[str]:
        """Say where data are not of a type."""
        for name, part, where in self.parts(type_name, data):
            if name in self.interfaces and isinstance(part, dict):
                interface = self.interfaces[name]
                for missing in interface.fields.keys() - interface.optional - part.keys():
                    yield f"{where}: {name}.{missing} is declared and not handed over"
                for unknown in part.keys() - interface.fields.keys():
                    yield f"{where}: {name}.{unknown} is handed over and not declared"
            elif not self._is_plain(name, part):
                yield f"{where} is {part!r}, no {name}"

    def _is_plain(self, name: str, data: Any) -> bool:
        if name in self.words:
            return data in self.words[name]
        if name == "number":
            return (isinstance(data, int | float) and not isinstance(data, bool)) or data in AS_TEXT
        if name.endswith(" | null"):
            return data is None
        plain = {"string": isinstance(data, str), "boolean": isinstance(data, bool), "true": data is True}
        return plain.get(name, False)


def typedefs(room: str = "player") -> Typedefs:
    """Read the file of a room's page. It has one field a line; comments fall away."""
    text = re.sub(
        r"/\*\*.*?\*/|//[^\n]*", "", (VIZ / room / "page" / "types.d.ts").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    interfaces = {}
    for name, body in re.findall(r"interface (\w+) \{\n(.*?)\n\}", text, flags=re.DOTALL):
        interfaces[name] = Interface()
        for key, may_miss, type_name in re.findall(r"^  (\w+)(\??): (.+);$", body, flags=re.MULTILINE):
            interfaces[name].fields[key] = type_name
            if may_miss:
                interfaces[name].optional.add(key)
    words = {
        name: re.findall(r'"(\w+)"', union) for name, union in re.findall(r'type (\w+) = ((?:"\w+"(?: \| )?)+);', text)
    }
    return Typedefs(interfaces, words)
