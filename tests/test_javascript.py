"""The player's page as code: its modules under node, their types, their form."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from support.packages import needs, node_file

HERE = Path(__file__).parent / "js"
BUILD = HERE / "build.test.js"  # needs what makes scripts small; the others need node alone
PAGE = HERE.parents[1] / "viz" / "player" / "page"
SCRUBBER = HERE.parents[1] / "viz" / "scrubber" / "page"


def node(*arguments: str | Path, folder: Path = HERE) -> subprocess.CompletedProcess[str]:
    """Run node."""
    program = shutil.which("node")
    if program is None:
        needs("node on PATH")
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)


def succeeds(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_modules_do_what_their_tests_say() -> None:
    done = node("--test", *sorted({*HERE.glob("*.test.js")} - {BUILD}))
    succeeds(done)
    assert int(re.findall(r"pass (\d+)", done.stdout)[-1]) > 0


def test_what_pages_carry_is_built_of_the_sources() -> None:
    node_file("esbuild", "package.json")
    succeeds(node("--test", BUILD))


def test_types_hold() -> None:
    succeeds(node(node_file("typescript", "bin/tsc"), "--project", HERE))


def test_lint_and_form() -> None:
    succeeds(node(node_file("@biomejs/biome", "bin/biome"), "check", ".", PAGE, SCRUBBER))


def test_a_misspelt_field_of_the_lesson_does_not_pass_the_types(tmp_path: Path) -> None:
    page = tmp_path / "viz" / "player" / "page"
    shutil.copytree(PAGE, page)
    here = tmp_path / "tests" / "js"
    here.mkdir(parents=True)
    shutil.copy(HERE / "tsconfig.json", here)
    (here / "node_modules").symlink_to(node_file("typescript", "bin/tsc").parents[2])
    for name, field, misspelt in [("session", "lesson.start", "lesson.stert"), ("scene", ".parents", ".parants")]:
        path = page / f"{name}.js"
        text = path.read_text(encoding="utf-8")
        assert field in text
        path.write_text(text.replace(field, misspelt), encoding="utf-8")
    done = node(node_file("typescript", "bin/tsc"), "--project", here)
    assert done.returncode != 0
    assert "session.js" in done.stdout and "'stert' does not exist on type 'Lesson'" in done.stdout
    assert "scene.js" in done.stdout and "'parants' does not exist on type 'LessonNode'" in done.stdout


def test_the_tools_have_exact_versions() -> None:
    tools = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", wanted) for wanted in tools.values())
