"""The rooms and their doors: which module may import which, what an import loads, what is public."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chalkgrad.engine
import chalkgrad.nn
import chalkgrad.viz

PACKAGES = {package.__name__.rpartition(".")[2]: package for package in (chalkgrad.engine, chalkgrad.nn, chalkgrad.viz)}
SOURCES = {
    ".".join([name, *path.relative_to(root).with_suffix("").parts]): path
    for name, package in PACKAGES.items()
    for root in [Path(next(iter(package.__path__)))]
    for path in sorted(root.rglob("*.py"))
}
each_source = pytest.mark.parametrize("module", SOURCES)

MAY_IMPORT = {"engine": {"engine"}, "nn": {"nn", "engine"}, "viz": {"viz", "nn", "engine"}}

# Within the engine a room may import those of an earlier line.
STOREYS = (
    {"errors"},
    {"floats", "modes"},
    {"ops", "source", "narration"},
    {"expression", "symbols"},
    {"backward"},
    {"value"},
    {"derivatives"},
    {"tracing", "compiler.tape", "compiler.primals", "compiler.llvm.ir"},
    {"compiler.plan", "compiler.llvm.jit"},
    {"compiler.lift", "compiler.llvm.kernels", "compiler.numpy_runner", "compiler.llvm.vector_math"},
    {"compiler.llvm.drivers"},
    {"compiler.llvm.layout"},
    {"compiler.llvm.runner"},
    {"compiler.options"},
    {"compiler.program"},
    {"compiler.trainer"},
    {"__init__", "compiler.__init__", "compiler.llvm.__init__"},
)

# Third-party packages that a module may load when it is imported; the rest load what they need when it is used.
AT_IMPORT = {"viz": {"graphviz", "pygraphviz"}}


def tree_of(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, except what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_run_time(child)


def at_import_time(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: nothing inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_import_time(child)


def imported(nodes: Iterator[ast.AST], module: str) -> Iterator[str]:
    """The dotted names of the modules that `module` imports; relative ones are spelled out."""
    package = ["chalkgrad", *module.split(".")[:-1]]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [
                f"{base}.{alias.name}" for alias in node.names
            ]  # `from . import ops`, `from ..engine import Value`
            modules = [name for name in names if name.removeprefix("chalkgrad.") in SOURCES]
            yield from modules or [base]


@each_source
def test_arrows_between_packages(module: str) -> None:
    package = module.partition(".")[0]
    for name in imported(at_run_time(tree_of(module)), module):
        parts = name.split(".")
        if parts[0] == "chalkgrad" and len(parts) > 1 and parts[1] in MAY_IMPORT:
            assert parts[1] in MAY_IMPORT[package], f"{module} imports {name}"


@pytest.mark.parametrize("module", [module for module in SOURCES if module.startswith("engine.")])
def test_arrows_within_the_engine(module: str) -> None:
    room = module.partition(".")[2]
    storeys = {name: i for i, names in enumerate(STOREYS) for name in names}
    assert room in storeys, f"{module} has no place in the order of rooms"
    rooms = set(SOURCES)
    for name in imported(at_run_time(tree_of(module)), module):
        other = name.removeprefix("chalkgrad.")
        if other in rooms and not other.endswith("__init__"):
            assert storeys[other.partition(".")[2]] < storeys[room], f"{module} imports {other}"


@each_source
def test_third_party_packages_are_loaded_when_they_are_used(module: str) -> None:
    package = module.partition(".")[0]
    allowed = sys.stdlib_module_names | {"chalkgrad", "__future__"} | AT_IMPORT.get(package, set())
    for name in imported(at_import_time(tree_of(module)), module):
        assert name.partition(".")[0] in allowed, f"{module} imports {name} at import time"


@each_source
def test_own_modules_are_imported_relatively(module: str) -> None:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("chalkgrad") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert not (node.module or "").startswith("chalkgrad"), f"{module}: {ast.unparse(node)}"


def test_engine_and_nn_load_the_standard_library_only() -> None:
    """In a fresh process without site packages' own start-up code."""
    code = (
        "import sys; before = set(sys.modules); import chalkgrad.engine, chalkgrad.nn;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["chalkgrad"]


@each_source
def test_no_assert_and_no_bare_except(module: str) -> None:
    for node in ast.walk(tree_of(module)):
        assert not isinstance(node, ast.Assert), f"{module}:{node.lineno}: user input is never checked with assert"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}:{node.lineno}: a bare except"


@each_source
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree_of(module)), module


@pytest.mark.parametrize("package", PACKAGES.values(), ids=list(PACKAGES))
def test_every_public_name_is_there_and_documented(package) -> None:
    assert len(package.__all__) == len(set(package.__all__))
    for name in package.__all__:
        thing = getattr(package, name)
        assert inspect.getdoc(thing), f"{package.__name__}.{name} has no docstring"
        if inspect.isclass(thing) and not issubclass(thing, BaseException):
            for attribute, member in vars(thing).items():
                documentable = inspect.isfunction(member) or isinstance(member, property)
                if documentable and not attribute.startswith("_"):
                    assert inspect.getdoc(member), f"{package.__name__}.{name}.{attribute} has no docstring"


def test_names_that_shadow_a_builtin_stay_out_of_a_star_import() -> None:
    public = set(chalkgrad.engine.__all__)
    assert not public & set(dir(importlib.import_module("builtins")))
    assert chalkgrad.engine.abs(-2.0) == 2.0 and chalkgrad.engine.pow(2.0, 3.0) == 8.0
