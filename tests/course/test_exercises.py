"""Every exercise: its blank is not an answer, its slips are met by their sentences, its solution is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.course import CASES, EXERCISES, Case

from chalkgrad.course.exercise import Exercise

each = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))


@each
def test_its_name_is_where_it_stands(exercise: Exercise) -> None:
    assert EXERCISES[exercise.name] is exercise


@each
def test_its_blank_is_not_attempted(exercise: Exercise) -> None:
    assert exercise.verdict(...).state == "not attempted"
    assert exercise.verdict(exercise.answer_of(exercise.blank)).state == "not attempted"


@each
def test_its_solution_is_right(exercise: Exercise) -> None:
    verdict = exercise.verdict(exercise.answer_of(exercise.code))
    assert verdict, verdict


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.exercise.name}-{case.slip}")
def test_a_slip_is_met_by_its_own_sentence(case: Case) -> None:
    slip = case.exercise.slips[case.slip]
    verdict = case.exercise.verdict(case.exercise.answer_of(slip.answer))
    assert (verdict.state, verdict.slip) == ("wrong", case.slip), verdict
    assert slip.words in verdict.words


@each
def test_it_has_what_a_learner_needs(exercise: Exercise) -> None:
    assert 1 <= len(exercise.hints) <= 4
    assert len(exercise.slips) >= 2
    assert "..." in exercise.blank
    assert len(exercise.blank.splitlines()) <= 16
    for hint in exercise.hints[:-1]:
        assert exercise.code.strip() not in hint


@pytest.mark.parametrize("chapter", sorted({name.split(".")[0] for name in EXERCISES}))
def test_a_chapter_has_three_to_six(chapter: str) -> None:
    assert 3 <= sum(name.split(".")[0] == chapter for name in EXERCISES) <= 6


def test_an_answer_is_right_in_any_form() -> None:
    from fractions import Fraction

    from chalkgrad.course.values import q1
    from chalkgrad.engine import Value

    forms: list[Any] = [2, 2.0, "2", " 2.0 ", "4/2", Fraction(2), Value(2.0), 2.0 + 1e-13]
    assert all(q1.verdict(form) for form in forms)
    assert not q1.verdict([2.0]) and not q1.verdict(True) and not q1.verdict("two")


def test_an_error_in_an_answer_is_told_with_its_line() -> None:
    from chalkgrad.course.values import q2

    def mine(f: Any, x: float, h: float = 1e-5) -> float:
        return f(x) / (h - h)  # type: ignore[no-any-return]

    assert "ZeroDivisionError" in q2.verdict(mine).words
    assert "f(x) / (h - h)" in q2.verdict(mine).words


def test_progress_is_kept_and_what_was_right_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalkgrad.course.chapters import overview
    from chalkgrad.course.progress import states
    from chalkgrad.course.values import q1

    monkeypatch.chdir(tmp_path)
    q1.check(...)
    assert not list(tmp_path.iterdir()), "what was not attempted leaves no trace"
    q1.check(7)
    assert states() == {"values.q1": "wrong"}
    assert "q1 (wrong)" in overview()
    q1.check(2)
    q1.check(3)
    assert states() == {"values.q1": "right"}
    assert "1 of " in overview().splitlines()[0]


def test_a_damaged_progress_file_is_named_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from chalkgrad.course.values import q1

    monkeypatch.chdir(tmp_path)
    (tmp_path / "progress.json").write_text("{", encoding="utf-8")
    assert q1.check(2)
    assert "progress.json is damaged" in capsys.readouterr().err
    assert (tmp_path / "progress.json").read_text(encoding="utf-8") == "{"


def test_hints_beyond_the_last_and_the_solution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from chalkgrad.course.progress import states
    from chalkgrad.course.values import q1
    from chalkgrad.engine import ArgumentError

    monkeypatch.chdir(tmp_path)
    q1.hint(2)
    assert "the last one" in capsys.readouterr().out
    with pytest.raises(ArgumentError, match=r"from 1 to 2, got 3"):
        q1.hint(3)
    q1.solution()
    assert "answer = 2.0" in capsys.readouterr().out
    assert states() == {"values.q1": "solution shown"}


def test_a_verdict_in_a_notebook_is_markup_of_what_it_says_and_no_more() -> None:
    from chalkgrad.course.exercise import Verdict

    shown = Verdict("wrong", "`f(<b>)` gives 1 < 2")._repr_html_()
    assert "<code>f(&lt;b&gt;)</code> gives 1 &lt; 2" in shown and 'role="status"' in shown
