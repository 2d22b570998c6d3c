"""The judge of an engine of one's own: the right ones pass, and every seeded fault is found by its name."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest
from support.engines import RIGHT, Full, Micro
from support.faulty import Seeded
from support.faulty_walks import SEEDED

from chalkgrad.course import check
from chalkgrad.course.judge import STAGES, Fault
from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value

each_right = pytest.mark.parametrize("kind", (*RIGHT, Value), ids=lambda kind: kind.__name__)


@each_right
@pytest.mark.parametrize("stage", STAGES)
def test_a_right_engine_passes_at_every_stage(kind: type[Any], stage: str) -> None:
    judgement = check(kind, stage)
    assert judgement.ok and not judgement.faults, judgement
    assert "wrong" not in judgement.operations.values()
    assert str(judgement).startswith(f"{kind.__name__}: all that was asked is right ({stage}).")


def test_chalkgrad_lacks_nothing_and_micrograd_what_it_lacks() -> None:
    assert check(Value).missing == [] and check(Value).notes == []
    micro = check(Micro)
    assert {"a.exp()", "a.tanh()", "a ** b", "2 ** a", "zero_grad()"} <= set(micro.missing)
    assert not {"a.relu()", "2 - a", "a ** 0.5", "a / b"} & set(micro.missing)
    assert [note.name for note in micro.notes] == ["depth", "twice"]  # to know, not to blame


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: f"{fault.kind.__name__}-{fault.name}")
def test_a_seeded_fault_is_found_by_its_name(fault: Seeded) -> None:
    judgement = check(fault.kind)
    assert not judgement.ok and judgement.faults, judgement
    first = judgement.faults[0]
    assert first.name == fault.name, judgement
    assert fault.word in first.thought, judgement
    assert first.got != first.wanted or first.got is None
    assert first.name in str(judgement) and first.lines.splitlines()[0] in str(judgement)


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: f"{fault.kind.__name__}-{fault.name}")
def test_a_class_is_judged_only_on_what_it_should_have_by_then(fault: Seeded) -> None:
    place = STAGES.index(fault.stage)
    assert not check(fault.kind, STAGES[place]).ok
    if place:
        assert check(fault.kind, STAGES[place - 1]).ok


def test_at_least_thirty_faults_are_seeded() -> None:
    assert len(SEEDED) >= 60 and len({(fault.name, fault.word) for fault in SEEDED}) >= 55


def test_a_blank_is_not_wrong_and_not_done() -> None:
    class Blank:
        pass

    class Stub:
        def __init__(self, data: float) -> None:
            self.data, self.grad = data, 0.0

        def __add__(self, other: Any) -> Any:
            raise NotImplementedError

        def backward(self) -> None:
            raise NotImplementedError

    blank = check(Blank)
    assert not blank.ok and not blank.faults and blank.needed == ["__init__(self, data)"]
    stub = check(Stub)
    assert not stub.ok and not stub.faults and {"a + b", "a * b"} <= set(stub.needed) <= set(stub.missing)
    assert "Not there yet, and needed by now: a + b, a * b" in str(stub)


def test_what_a_class_refuses_is_not_there_yet() -> None:
    class Strict(Full):
        def __mul__(self, other: Any) -> Any:
            return super().__mul__(other) if isinstance(other, Strict) else NotImplemented

        def __pow__(self, n: Any) -> Any:
            assert isinstance(n, int), "whole powers alone"
            return super().__pow__(n)

    judgement = check(Strict)
    assert judgement.ok and not judgement.faults, judgement
    assert {"a * 2", "a ** 0.5", "a ** -1.5", "a ** b"} <= set(judgement.missing)
    assert judgement.operations["a ** 3"] == judgement.operations["a * b"] == "right"


def test_an_exception_is_told_with_the_students_own_line() -> None:
    class Slipped(Full):
        def tanh(self) -> Any:
            return self.made(math.tanh(self.dtaa))  # type: ignore[attr-defined]

    (fault,) = check(Slipped).faults
    assert (fault.name, fault.where, fault.got) == ("a.tanh(): value", "forward", None)
    assert "'Slipped' object has no attribute 'dtaa'" in fault.thought
    assert fault.line.endswith("in tanh: return self.made(math.tanh(self.dtaa))  # type: ignore[attr-defined]")
    assert "In your code: line " in str(fault)


def test_the_smallest_lines_that_show_it_show_it() -> None:
    for seeded in SEEDED:
        fault = check(seeded.kind).faults[0]
        if fault.got is None or "times" in fault.lines or seeded.kind.__name__ == "Cached":
            continue
        names: dict[str, Any] = {seeded.kind.__name__: seeded.kind}
        exec(fault.lines, names)
        number = eval(fault.what, names)
        if fault.where == "order":  # it may go over a set of parents in another order now
            assert number != fault.wanted
        else:
            assert float(number or 0.0) == fault.got, fault


def test_a_fault_is_told_once_and_in_full() -> None:
    judgement = check(next(seeded.kind for seeded in SEEDED if seeded.word == "its own value"))
    assert str(judgement.faults[0]) == (
        "local rule, a * b: slope\n    a = Wrong_mul(3); b = Wrong_mul(-5)\n    y = a * b\n    y.backward()\n"
        "a.grad is 3 and should be -5.\n"
        "Each operand was given its own value: by how much the product changes is told by the other one's."
    )
    assert len({fault.name for fault in judgement.faults}) == len(judgement.faults)
    assert repr(judgement) == str(judgement)
    page = judgement._repr_html_()
    assert "a.grad is 3 and should be -5." in page and "#b42318" in page and "#1a7f37" in check(Full)._repr_html_()
    assert check(Full) and not judgement
    assert all(
        len(line) <= 100 for seeded in SEEDED for line in str(check(seeded.kind)).splitlines() if "    " not in line
    )


def test_numbers_that_differ_late_are_shown_with_the_digits_that_tell_them_apart() -> None:
    near = Fault("a: value", "forward", "a = Value(1)", "a.data", 1.0, 1.0000000001, "a step")
    assert "a.data is 1 and should be 1.0000000001." in str(near)


def test_a_tracer_goes_on_afterwards() -> None:
    seen: list[str] = []

    def tracer(frame: Any, event: str, _: Any) -> Any:
        seen.append(event)
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        judgement = check(Micro, "forward")
        during = sys.gettrace()
    finally:
        sys.settrace(before)
    assert judgement.ok and during is tracer


def test_a_limit_that_was_raised_ends_no_process() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        (endless,) = [seeded.kind for seeded in SEEDED if seeded.kind.__name__ == "Endless"]
        assert check(endless, "forward").faults[0].name == "a + b: value"
        assert [note.name for note in check(Micro).notes] == ["depth", "twice"]
        assert sys.getrecursionlimit() == 10**6
    finally:
        sys.setrecursionlimit(limit)


def test_what_is_no_class_and_no_stage_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="the class itself, as check\\(Value\\); got a Value"):
        check(Value(3.0))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="stage must be one of forward, local, backward, training; got 'all'"):
        check(Value, "all")


class Loud(Full):
    def __init__(self, *arguments: Any) -> None:
        print("made", arguments)
        super().__init__(*arguments)


class Leaves(Full):
    def exp(self) -> Any:
        sys.exit(3)


class AnyName(Full):
    def __getattr__(self, name: str) -> Any:
        return 1.0


class BadGrad(Full):
    @property
    def grad(self) -> Any:
        raise ValueError("not yet")

    @grad.setter
    def grad(self, x: Any) -> None:
        pass


class TextGrad(Full):
    def backward(self) -> None:
        super().backward()
        for node in self.order():
            node.grad = str(node.grad)


class NoBool(Full):
    def __bool__(self) -> bool:
        raise TypeError("no truth")

    def __len__(self) -> int:
        raise TypeError("no length")


class Texts(Full):
    def __add__(self, other: Any) -> Any:
        out = super().__add__(other)
        out.data = "five"
        return out


def test_a_class_may_do_what_it_wants_and_is_judged_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    first = {
        kind.__name__: check(kind).faults[:1] for kind in (Loud, Leaves, AnyName, BadGrad, TextGrad, NoBool, Texts)
    }
    assert first["Loud"] == first["AnyName"] == first["NoBool"] == []
    assert capsys.readouterr().out == ""
    told = {name: (faults[0].name, faults[0].thought) for name, faults in first.items() if faults}
    assert told["Leaves"] == ("a.exp(): value", "SystemExit: 3")
    assert told["BadGrad"] == ("grad", "ValueError: not yet")
    assert told["TextGrad"] == ("backward", "a.grad must be a real number, got str")
    assert told["Texts"] == ("a + b: value", "y.data must be a real number, got str")


def test_what_interrupts_the_user_is_not_swallowed() -> None:
    class Interrupted(Full):
        def tanh(self) -> Any:
            raise KeyboardInterrupt

    before = sys.gettrace()
    with pytest.raises(KeyboardInterrupt):
        check(Interrupted)
    assert sys.gettrace() is before
