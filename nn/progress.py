"""What a training tells on the way: a bar that moves from batch to batch, and a warning.

The bar is tqdm's, with the epoch, its loss and its accuracy; without tqdm the training goes on
and says what to install.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .history import Score


@contextmanager
def progress_bar(shown: bool, epochs: int, batches: int) -> Iterator[Callable[[int, Score, int], None]]:
    """A function to call after every few batches, with the epoch, its score so far and their number."""
    tqdm = _tqdm() if shown else None
    if tqdm is None:
        yield lambda epoch, score, batches: None
        return
    with tqdm(total=epochs * batches, file=_stream(), unit="batch") as bar:

        def show(epoch: int, score: Score, batches: int) -> None:
            bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
            bar.set_postfix_str(str(score), refresh=False)
            bar.update(batches)

        yield show


def _stream() -> Any:
    """A notebook shows what goes to stderr as an alarm, and a terminal may pipe stdout elsewhere."""
    return sys.stdout if "ipykernel" in sys.modules else sys.stderr


_hinted: set[type] = set()  # classes of models


def hint(model: Any, part: str, samples: int, epochs: int) -> None:
    """Say, once for each class of models, that a program of one's own can be compiled too, and what that asks of it.

    How many times faster is an estimate, from trainings of networks of 30 to 2,500 parameters both ways: eager time
    goes with samples * epochs; compiling took as long as some 150 samples, comparing every sample once as half an
    epoch, and what is left hardly anything.
    """
    if type(model) in _hinted:
        return
    times = samples * epochs / (150 + samples / 2)
    if times < 2.0:
        return
    _hinted.add(type(model))
    print(
        f"Trained sample by sample, for {part} is not chalkgrad's own. compile=True would be about {times:.0f} times "
        "faster. It asks that every sample makes the same graph (`where` in place of `if`, no look at a number), "
        "that the loss is a mean over the samples, and that nothing is changed from call to call.",
        file=_stream(),
    )


def _tqdm() -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        print('No progress bar: it needs tqdm (pip install "chalkgrad[notebook]").', file=sys.stderr)
        return None
    return tqdm


def warn_not_finite(loss: float, epoch: int) -> None:
    """Warn whoever called the function that calls this one."""
    warnings.warn(
        f"the loss turned {loss} in epoch {epoch}; a smaller learning rate may help, "
        "and detect_anomaly() names the first operation that went wrong",
        RuntimeWarning,
        stacklevel=3,
    )
