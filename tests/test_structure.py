"""The rooms and their doors: which module may import which, what an import loads, what is public, how large it is."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from types import ModuleType

import pytest
from support.tree import FACE, FOLDERS, MODULES
from support.typecheck import typecheck

import chalkgrad
import chalkgrad.engine
import chalkgrad.nn
import chalkgrad.viz

each_module = pytest.mark.parametrize("module", MODULES)

# The floors: a module may import those of earlier lines, never of a later one. A name with a dot at its end is a
# whole package. Who stands on one floor is held apart by the test that finds no circle.
FLOORS = (
    ("engine.errors",),
    ("engine.floats", "engine.modes"),
    ("engine.notation", "engine.notes", "engine.special"),
    ("engine.ops", "engine.narration"),
    ("engine.node", "engine.symbols"),
    ("engine.expression",),
    ("engine.anomaly",),
    ("engine.backward",),
    ("engine.value",),
    ("engine.derivatives", "engine.tracing.bugs"),
    ("engine.tracing",),
    ("engine.compiler", "engine.compiler.llvm"),
    (
        "engine.compiler.tape",
        "engine.compiler.primals",
        "engine.compiler.options",
        "engine.compiler.plan",
        "engine.compiler.locks",
    ),
    ("engine.compiler.simplify", "engine.compiler.lines", "engine.compiler.numpy_runner", "engine.compiler.llvm.ir"),
    ("engine.compiler.place", "engine.compiler.llvm.kernels", "engine.compiler.llvm.jit"),
    ("engine.compiler.lift", "engine.compiler.llvm.transfer", "engine.compiler.llvm.vector_math"),
    ("engine.compiler.llvm.drivers",),
    ("engine.compiler.llvm.layout",),
    ("engine.compiler.llvm.runner",),
    ("engine.compiler.backends",),
    ("engine.compiler.program", "engine.compiler.trainer"),
    ("engine.compiler.source",),
    ("engine",),
    (
        "nn.arguments",
        "nn.figures",
        "nn.module",
        "nn.optional",
        "nn.initialisation",
        "nn.reduction",
        "nn.targets",
        "nn.clipping",
    ),
    ("nn.classes", "nn.known", "nn.changes", "nn.files", "nn.strict_json", "nn.memory", "nn.curves"),
    ("nn.recording",),
    ("nn.history",),
    ("nn.layers", "nn.metrics", "nn.optimizer", "nn.moments", "nn.updates", "nn.progress", "nn.callbacks"),
    ("nn.losses", "nn.optim", "nn.sample_graph"),
    ("nn.functional", "nn.criteria", "nn.modules", "nn.perceptron", "nn.schedules"),
    (
        "nn.blueprints",
        "nn.module_state",
        "nn.training_state",
        "nn.safetensors",
        "nn.handover",
        "nn.onnx_graph",
        "nn.plateau",
    ),
    ("nn.checks", "nn.agreement", "nn.checkpoint"),
    ("nn.compiled", "nn.recorder"),
    ("nn.train",),
    ("nn",),
    ("course.answers", "course.progress"),
    ("course.exercise", "course.thresholds"),
    ("course.judge.exact",),
    ("course.judge.running", "course.judge.verdict"),
    ("course.judge.operations",),
    ("course.judge.reasons",),
    ("course.judge.bench",),
    ("course.judge.single", "course.judge.graphs", "course.judge.steps"),
    ("course.judge.judging",),
    ("course.judge",),
    ("course.own_engine",),
    (
        "course.values",
        "course.stepping",
        "course.neurons",
        "course.layers",
        "course.activations",
        "course.losses",
        "course.backpropagation",
        "course.descent",
        "course.data",
        "course.machine_code",
    ),
    ("course.chapters",),
    ("course",),
    ("viz.theme",),
    ("viz.index_page", "viz.labels", "viz.saving", "viz.foreign"),
    ("viz.compared",),
    ("viz.graph.", "viz.plots.", "viz.bug_training"),
    ("viz.chainrule.",),
    ("viz.player.",),
    ("viz.scrubber.",),
    ("viz.command.",),
    ("viz",),
    ("", "__main__"),
)

LONGEST = 350  # lines in a file of the source
MOST = 16  # files beside `compiler` in `engine`: what is read in an evening

# Third-party packages that a module may load when it is imported; the rest load what they need when it is used.
AT_IMPORT = {"viz": {"graphviz", "pygraphviz"}}


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def at_import_time(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: nothing inside a function or for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_import_time(child)


def imported(nodes: Iterator[ast.AST], module: str) -> Iterator[str]:
    """The full names of the modules that `module` imports; of a package only what is taken from it."""
    is_package = MODULES[module].name == "__init__.py"
    full = f"chalkgrad.{module}".rstrip(".").split(".")
    package = full if is_package else full[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:  # `from . import ops` imports a module, `from ..engine import Value` a name
                inside = f"{base}.{alias.name}"
                yield inside if inside.removeprefix("chalkgrad.") in MODULES else base


def own_imports(module: str) -> set[str]:
    """Our own modules that a module imports anywhere: in a function, and for type checkers alone, too."""
    names = {name for name in imported(ast.walk(tree_of(module)), module) if name.split(".")[0] == "chalkgrad"}
    return {name.removeprefix("chalkgrad").removeprefix(".") for name in names} - {module}


def floor_of(module: str) -> int:
    for floor, rooms in enumerate(FLOORS):
        if module in rooms or any(f"{module}.".startswith(room) for room in rooms if room.endswith(".")):
            return floor
    raise AssertionError(f"{module or 'chalkgrad'} has no floor")


def test_no_circle() -> None:
    """Imports for type checkers count: who needs the other's types knows the other."""
    graph = {module: own_imports(module) for module in MODULES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@each_module
def test_no_arrow_back_up(module: str) -> None:
    for other in own_imports(module):
        assert floor_of(other) <= floor_of(module), f"{module} imports {other}"


@each_module
def test_the_engine_knows_neither_networks_nor_pictures_and_networks_and_the_course_know_no_pictures(
    module: str,
) -> None:
    package = module.partition(".")[0]
    allowed = {
        "engine": {"engine"},
        "nn": {"nn", "engine"},
        "course": {"course", "nn", "engine"},
        "viz": {"viz", "nn", "engine"} | ({"course"} if module.startswith("viz.command") else set()),
    }.get(package)
    if allowed:
        assert {name.partition(".")[0] for name in own_imports(module)} <= allowed


def test_the_core_does_not_know_its_compiler() -> None:
    core = [module for module in MODULES if module.startswith("engine.") and not module.startswith("engine.compiler")]
    for module in core:
        assert not any(name.startswith("engine.compiler") for name in own_imports(module)), module


@each_module
def test_third_party_packages_are_loaded_when_they_are_used(module: str) -> None:
    allowed = sys.stdlib_module_names | {"chalkgrad", "__future__"} | AT_IMPORT.get(module.partition(".")[0], set())
    for name in imported(at_import_time(tree_of(module)), module):
        assert name.partition(".")[0] in allowed, f"{module} imports {name} at import time"


@each_module
def test_own_modules_are_imported_relatively(module: str) -> None:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("chalkgrad") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert not (node.module or "").startswith("chalkgrad"), f"{module}: {ast.unparse(node)}"


def loaded_by(statement: str) -> set[str]:
    """What an import loads in a fresh process, beside the standard library and what was there."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name for name in run.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names}


def test_engine_and_nn_load_the_standard_library_only() -> None:
    names = loaded_by("import chalkgrad.engine, chalkgrad.nn")
    assert {name.partition(".")[0] for name in names} == {"chalkgrad"}


def test_chalkgrad_itself_loads_nothing_until_it_is_asked() -> None:
    assert loaded_by("import chalkgrad") == {"chalkgrad"}
    assert not any(name.startswith("chalkgrad.nn") for name in loaded_by("from chalkgrad import Value"))


@each_module
def test_no_assert_and_no_bare_except(module: str) -> None:
    for node in ast.walk(tree_of(module)):
        assert not isinstance(node, ast.Assert), f"{module}:{node.lineno}: user input is never checked with assert"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}:{node.lineno}: a bare except"


@each_module
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree_of(module)), module


def test_no_file_is_too_long_to_be_read() -> None:
    files = [path for folder in FOLDERS for kind in ("py", "js", "css") for path in folder.rglob(f"*.{kind}")]
    tables = {"engine/ops.py"}
    for path in files:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST or any(path.as_posix().endswith(table) for table in tables), f"{path}: {lines} lines"


def test_the_core_is_read_in_an_evening() -> None:
    (core,) = (folder for folder in FOLDERS if folder.name == "engine")
    assert len([path for path in core.iterdir() if path.is_file()]) <= MOST


@pytest.mark.parametrize("package", [name for name in MODULES if MODULES[name].name == "__init__.py"])
def test_no_name_of_a_module_is_taken_by_what_it_holds(package: str) -> None:
    """`chalkgrad.engine.x` is the module x wherever there is one: no function of that name hides it."""
    whole = importlib.import_module(f"chalkgrad.{package}".rstrip("."))
    for info in pkgutil.iter_modules(whole.__path__):
        if info.name != "__main__":
            module = importlib.import_module(f"{whole.__name__}.{info.name}")
            assert getattr(whole, info.name) is module


@pytest.mark.parametrize("package", [chalkgrad.engine, chalkgrad.nn, chalkgrad.viz], ids=lambda p: p.__name__)
def test_every_public_name_is_there_and_documented(package: ModuleType) -> None:
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
    public = set(chalkgrad.engine.__all__) | set(chalkgrad.__all__)  # type: ignore[attr-defined]
    assert not public & set(dir(builtins))
    assert chalkgrad.engine.abs(-2.0) == 2.0 and chalkgrad.engine.pow(2.0, 3.0) == 8.0
    assert inspect.isfunction(chalkgrad.compile)


def test_a_type_checker_is_shown_every_module_and_the_face_once() -> None:
    pytest.importorskip("mypy")
    assert typecheck("\n".join(f"import chalkgrad.{name}".rstrip(".") for name in MODULES)) == []
    assert 'module named "chalkgrad.viz.face"' in "".join(typecheck("import chalkgrad.viz.face"))


def test_every_source_is_looked_at() -> None:
    """The list that these tests go over is all there is."""
    files = {path for folder in (*FOLDERS, FACE) for path in folder.rglob("*.py")}
    assert {path.resolve() for path in files} == {path.resolve() for path in MODULES.values()}
