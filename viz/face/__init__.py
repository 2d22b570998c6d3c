"""chalkgrad: numbers that remember how they were computed, and what every one of them did to the result.

>>> from chalkgrad import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
>>> y = (x * w + b).tanh()
>>> y.backward()
>>> print(f"y is {y.data:.4f}; a little more w changes it by {w.grad:.4f} for each 1")
y is 0.4621; a little more w changes it by 1.5729 for each 1

What to try next, with `from chalkgrad import ...`:

    draw(y)                          the graph as a picture; .save("graph.svg") writes it
    step(y)                          a page that steps through forward and backward; .save("lesson.html")
    print(trace(y))                  the same steps as text
    print(lessons)                   the classic faults of a backward pass; lessons["assign"].step() shows one
    explain(y, w)                    the chain rule from w to y, path by path, with its numbers
    grad(y, w, create_graph=True)    a derivative that can be differentiated again
    MLP(2, [16, 16, 1])              a network; fit(model, X, y, "hinge_loss", Adam(model.parameters())) trains it
    draw_network(model, x)           its columns of neurons, with the numbers of a sample; plots: plot_loss and others
    scrub(fit(..., record=True))     a page to slide through a training
    draw_network(model, x)           its neurons in columns, the weights between them, the numbers of one sample
    plot_activation("relu", "tanh")  curves; so do plot_loss_surface, plot_decision_boundary, plot_neuron_maps,
                                     plot_history, plot_confusion, plot_weights, plot_gradients
    compile(y, inputs=[x])           the graph as machine code, for many rows at once

`chalkgrad course` on the command line opens a course in notebooks; chalkgrad.course.check judges an engine of your own.

Everything stands in one of three rooms, `chalkgrad.engine`, `chalkgrad.nn` and `chalkgrad.viz`; a room is loaded when
something in it is first asked for. `help(chalkgrad.engine)` and the like list them.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine import *
    from .engine import compile as compile
    from .nn import *
    from .viz import *

    __version__: str

_ROOMS = ("engine", "nn", "viz")


def _room(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return _room(name)
    if name == "__all__":
        return [public for room in _ROOMS for public in _room(room).__all__]
    if name == "__version__":
        from importlib.metadata import version

        return version("chalkgrad")
    if not name.startswith("_"):
        for room in _ROOMS:
            thing = getattr(_room(room), name, None)
            if thing is not None and not isinstance(thing, ModuleType):
                return thing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=import_module(__name__))


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS, *__getattr__("__all__"), "compile", "__version__"})
