"""LLVM's intermediate representation, written as text.

LLVM turns a portable assembly, the *IR*, into machine code. Every name in it is assigned once;
where a value depends on where the program came from, as a sum does in a loop, a *phi* says
so. A `Code` writes one function. A `Lane` is a name for a vector of numbers, one *lane* for each
of several rows; arithmetic on it writes an instruction, so that the table of `primals` can run on it.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..primals import LIBM


@dataclass(frozen=True)
class Target:
    """What vectors to write: how many lanes, of which type, and how many of them a tile holds.

    Attributes:
        lanes: numbers in a vector register.
        kind: "double" or "float".
        fast: allow contraction (a * b + c rounded once) and reassociation.
        tile: vectors that a loop over rows handles at once.
    """

    lanes: int
    kind: str
    fast: bool
    tile: int

    @property
    def size(self) -> int:
        """Bytes in a number."""
        return 8 if self.kind == "double" else 4

    @property
    def vector(self) -> str:
        """The type of a vector."""
        return f"<{self.lanes} x {self.kind}>"

    def scalar(self) -> Target:
        """The same with one lane: for numbers that are the same for all rows."""
        return Target(1, self.kind, self.fast, 1)


class Lane:
    """A vector in IR: its name and its type. A comparison gives a Lane of bits."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, code: Code, name: str, type: str) -> None:
        self.code = code
        self.name = name
        self.type = type

    def _arithmetic(self, instruction: str, other: Any, swap: bool = False) -> Lane:
        other = self.code.lane(other)
        a, b = (other, self) if swap else (self, other)
        return self.code.let(f"{instruction}{self.code.flags} {self.type} {a.name}, {b.name}", self.type)

    def _compare(self, condition: str, other: Any) -> Lane:
        other = self.code.lane(other)
        bits = f"<{self.code.target.lanes} x i1>"
        return self.code.let(f"fcmp {condition} {self.type} {self.name}, {other.name}", bits)

    def __add__(self, other: Any) -> Lane:
        return self._arithmetic("fadd", other)

    def __sub__(self, other: Any) -> Lane:
        return self._arithmetic("fsub", other)

    def __mul__(self, other: Any) -> Lane:
        return self._arithmetic("fmul", other)

    def __truediv__(self, other: Any) -> Lane:
        return self._arithmetic("fdiv", other)

    def __radd__(self, other: Any) -> Lane:
        return self._arithmetic("fadd", other, swap=True)

    def __rsub__(self, other: Any) -> Lane:
        return self._arithmetic("fsub", other, swap=True)

    def __rmul__(self, other: Any) -> Lane:
        return self._arithmetic("fmul", other, swap=True)

    def __rtruediv__(self, other: Any) -> Lane:
        return self._arithmetic("fdiv", other, swap=True)

    def __neg__(self) -> Lane:
        return self.code.let(f"fneg {self.type} {self.name}", self.type)

    def __gt__(self, other: Any) -> Lane:
        return self._compare("ogt", other)

    def __ge__(self, other: Any) -> Lane:
        return self._compare("oge", other)

    def __lt__(self, other: Any) -> Lane:
        return self._compare("olt", other)

    def __le__(self, other: Any) -> Lane:
        return self._compare("ole", other)

    def __eq__(self, other: Any) -> Lane:  # type: ignore[override]
        return self._compare("oeq", other)

    def __ne__(self, other: Any) -> Lane:  # type: ignore[override]
        return self._compare("une", other)

    def __and__(self, other: Lane) -> Lane:
        return self.code.let(f"and {self.type} {self.name}, {other.name}", self.type)

    def __or__(self, other: Lane) -> Lane:
        return self.code.let(f"or {self.type} {self.name}, {other.name}", self.type)


class Code:
    """One function in IR, written line by line; also the machine on which `primals` calculates."""

    def __init__(self, name: str, parameters: str, target: Target, result: str = "void") -> None:
        self.target = target
        self.flags = " contract reassoc nsz" if target.fast else ""
        self.label = "entry"
        self._lines = [f"define {result} @{name}({parameters}) #0 {{", "entry:"]
        self._end = ["  ret void", "}"] if result == "void" else ["}"]
        self._numbers = itertools.count()

    def text(self) -> str:
        """The whole function."""
        return "\n".join([*self._lines, *self._end])

    # instructions

    def let(self, instruction: str, type: str) -> Lane:
        """Name the result of an instruction."""
        name = f"%v{next(self._numbers)}"
        self._lines.append(f"  {name} = {instruction}")
        return Lane(self, name, type)

    def do(self, instruction: str) -> None:
        """Write an instruction that has no result."""
        self._lines.append("  " + instruction)

    def whole(self, instruction: str) -> str:
        """Name the result of an instruction on whole numbers or addresses."""
        return self.let(instruction, "i64").name

    def add(self, a: str | int, b: str | int) -> str:
        """a + b of whole numbers."""
        return self.whole(f"add i64 {a}, {b}")

    def mul(self, a: str | int, b: str | int) -> str:
        """a * b of whole numbers."""
        return self.whole(f"mul i64 {a}, {b}")

    def loop(
        self,
        count: str | int,
        body: Callable[[str, list[Lane]], Sequence[Lane]],
        carried: Sequence[Lane] = (),
    ) -> list[Lane]:
        """`for i in range(count): carried = body(i, carried)`; gives what is carried at the end."""
        n = next(self._numbers)
        entry = self.label
        head = len(self._lines)
        index = f"%i{n}"
        inside = [Lane(self, f"%c{n}.{k}", lane.type) for k, lane in enumerate(carried)]
        self._lines += [""] * (3 + len(inside))  # the phis name the last iteration, not written yet
        self.do(f"%more{n} = icmp slt i64 {index}, {count}")
        self.do(f"br i1 %more{n}, label %body{n}, label %done{n}")
        self._start(f"body{n}")
        after = body(index, inside)
        step = self.add(index, 1)
        self.do(f"br label %head{n}")
        last = self.label
        self._lines[head : head + 3 + len(inside)] = [
            f"  br label %head{n}",
            f"head{n}:",
            f"  {index} = phi i64 [ 0, %{entry} ], [ {step}, %{last} ]",
            *(
                f"  {lane.name} = phi {lane.type} [ {before.name}, %{entry} ], [ {new.name}, %{last} ]"
                for lane, before, new in zip(inside, carried, after, strict=True)
            ),
        ]
        self._start(f"done{n}")
        return inside

    def _start(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self.label = label

    # numbers

    def lane(self, x: Any) -> Lane:
        """A Lane as it is, a number as a vector with that number in every lane."""
        if isinstance(x, Lane):
            return x
        literal = f"{self.target.kind} {literal_bits(x, self.target.kind)}"
        return Lane(self, f"<{', '.join([literal] * self.target.lanes)}>", self.target.vector)

    def spread(self, scalar: str) -> Lane:
        """A vector with one number in every lane."""
        type = self.target.vector
        first = self.let(f"insertelement {type} poison, {self.target.kind} {scalar}, i64 0", type)
        return self.let(
            f"shufflevector {type} {first.name}, {type} poison, <{self.target.lanes} x i32> zeroinitializer", type
        )

    # memory

    def address(self, base: str, offset: str | int) -> str:
        """The address `offset` bytes after `base`."""
        return self.whole(f"getelementptr i8, ptr {base}, i64 {offset}")

    def word(self, table: str, index: str | int) -> str:
        """A whole number from a table of them."""
        where = self.whole(f"getelementptr i64, ptr {table}, i64 {index}")
        return self.whole(f"load i64, ptr {where}")

    def pointer(self, table: str, index: str | int) -> str:
        """An address from a table of whole numbers."""
        where = self.whole(f"getelementptr i64, ptr {table}, i64 {index}")
        return self.whole(f"load ptr, ptr {where}")

    def load(self, address: str, type: str | None = None) -> Lane:
        """Numbers from memory: a vector, if no other type is asked for."""
        type = type or self.target.vector
        return self.let(f"load {type}, ptr {address}, align {self.target.size}", type)

    def store(self, lane: Lane, address: str) -> None:
        """Numbers into memory."""
        self.do(f"store {lane.type} {lane.name}, ptr {address}, align {self.target.size}")

    # the machine of `primals`

    def select(self, condition: Lane, a: Any, b: Any) -> Lane:
        """For each lane: a where the condition holds, else b."""
        a, b = self.lane(a), self.lane(b)
        return self.let(f"select {condition.type} {condition.name}, {a.type} {a.name}, {b.type} {b.name}", a.type)

    def abs(self, x: Lane) -> Lane:
        """The absolute value."""
        return self._intrinsic("fabs", x)

    def sqrt(self, x: Lane) -> Lane:
        """The square root, correctly rounded."""
        return self._intrinsic("sqrt", x)

    def copysign(self, a: Lane, b: Any) -> Lane:
        """The size of a with the sign of b."""
        return self._intrinsic("copysign", a, self.lane(b))

    def floor(self, x: Lane) -> Lane:
        """The whole number at or below."""
        return self._intrinsic("floor", x)

    def ceil(self, x: Lane) -> Lane:
        """The whole number at or above."""
        return self._intrinsic("ceil", x)

    def trunc(self, x: Lane) -> Lane:
        """The whole number on the way to 0."""
        return self._intrinsic("trunc", x)

    def _intrinsic(self, name: str, *operands: Lane) -> Lane:
        type = self.target.vector
        kind = f"v{self.target.lanes}f{8 * self.target.size}"
        arguments = ", ".join(f"{type} {x.name}" for x in operands)
        return self.let(f"call {type} @llvm.{name}.{kind}({arguments})", type)

    def __getattr__(self, name: str) -> Callable[..., Lane]:
        if name not in LIBM:
            raise AttributeError(name)
        return lambda *operands: self._lane_by_lane(name, [self.lane(x) for x in operands])

    def _lane_by_lane(self, name: str, operands: list[Lane]) -> Lane:
        type = self.target.vector
        arguments = ", ".join(f"{type} {x.name}" for x in operands)
        return self.let(f"call {type} @{name}.{self.target.lanes}({arguments})", type)


def lane_by_lane(name: str, target: Target) -> str:
    """A function on vectors that calls one of the C library for each lane: its bits are Python's bits."""
    parameters = ", ".join(f"{target.vector} %x{k}" for k in range(LIBM[name]))
    code = Code(f"{name}.{target.lanes}", parameters, target, result=target.vector)
    operands = [Lane(code, f"%x{k}", target.vector) for k in range(LIBM[name])]
    result = Lane(code, "poison", target.vector)
    for i in range(target.lanes):
        arguments = []
        for x in operands:
            one = code.whole(f"extractelement {x.type} {x.name}, i64 {i}")
            wide = one if target.kind == "double" else code.whole(f"fpext float {one} to double")
            arguments.append(f"double {wide}")
        number = code.whole(f"call double @{name}({', '.join(arguments)})")
        if target.kind == "float":
            number = code.whole(f"fptrunc double {number} to float")
        result = code.let(f"insertelement {result.type} {result.name}, {target.kind} {number}, i64 {i}", result.type)
    code.do(f"ret {result.type} {result.name}")
    return code.text()


def literal_bits(x: float, kind: str) -> str:
    """A number as IR writes it: the bits of a double, rounded to float where one is wanted."""
    if kind == "float":
        x = _rounded(x)
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def _rounded(x: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)


def module(functions: Sequence[str], target: Target, vectorised: Mapping[str, str]) -> str:
    """A module of IR: functions, and what they call; for a vector, `vectorised` ones instead of the C library's."""
    text = "\n\n".join(functions)
    lines = []  # LLVM declares its own functions (@llvm.fabs, ...) itself
    for name, arity in LIBM.items():
        lines.append(f"declare double @{name}({', '.join(['double'] * arity)})")
        if f"@{name}.1(" in text:
            lines.append(lane_by_lane(name, target.scalar()))
        if f"@{name}.{target.lanes}(" in text:
            lines.append(vectorised.get(name) or lane_by_lane(name, target))
    width = 8 * target.size * target.lanes
    attributes = f'attributes #0 = {{ nounwind "min-legal-vector-width"="{width}" "prefer-vector-width"="{width}" }}'
    return "\n\n".join([*lines, text, attributes]) + "\n"
