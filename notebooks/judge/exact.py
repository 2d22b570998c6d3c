"""Exact numbers: what a line of arithmetic should give, and its slope, without any engine.

A *complex step*: the number whose slope is wanted is moved by a tiny imaginary step i·h. The real part of the
result is its value, the imaginary part divided by h its slope. Nothing is subtracted, so no digit is lost, however
small h is (Squire and Trapp, 1998).
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

STEP = 2.0**-333  # its square is 0 beside any number that is met here; a power of two, so that no digit is lost
ULPS = 32  # of agreement: other ways of writing the same formula round differently


class Exact:
    """A number on its way through a line of arithmetic, with its slope by one of the names in that line.

    >>> x = Exact(3.0, 1.0)
    >>> (x * x).value, (x * x).slope
    (9.0, 6.0)
    """

    __slots__ = ("_z",)

    def __init__(self, value: float, slope: float = 0.0) -> None:
        self._z = complex(value, slope * STEP)

    @property
    def value(self) -> float:
        """The number itself."""
        return self._z.real

    @property
    def slope(self) -> float:
        """How fast it grows with the name that was given the slope 1."""
        return self._z.imag / STEP

    def __add__(self, other: Any) -> Exact:
        return _made(self._z + _z_of(other))

    def __sub__(self, other: Any) -> Exact:
        return _made(self._z - _z_of(other))

    def __rsub__(self, other: Any) -> Exact:
        return _made(_z_of(other) - self._z)

    def __mul__(self, other: Any) -> Exact:
        return _made(self._z * _z_of(other))

    def __truediv__(self, other: Any) -> Exact:
        return _made(self._z / _z_of(other))

    def __rtruediv__(self, other: Any) -> Exact:
        return _made(_z_of(other) / self._z)

    def __pow__(self, other: Any) -> Exact:
        if isinstance(other, int):  # multiplied out
            return _made(self._z**other)
        return _made(cmath.exp(_z_of(other) * cmath.log(self._z)))

    def __rpow__(self, other: Any) -> Exact:
        return Exact(other) ** self

    def __neg__(self) -> Exact:
        return _made(-self._z)

    def __abs__(self) -> Exact:
        return self if self._z.real > 0.0 else -self

    __radd__, __rmul__ = __add__, __mul__

    def relu(self) -> Exact:
        """The number where it is positive, else 0; its slope at 0 is 0."""
        return self if self._z.real > 0.0 else Exact(0.0)

    def sigmoid(self) -> Exact:
        """1 / (1 + exp(-x))."""
        return 1.0 / (1.0 + (-self).exp())

    def exp(self) -> Exact:
        """e to this power."""
        return _made(cmath.exp(self._z))

    def log(self) -> Exact:
        """The natural logarithm."""
        return _made(cmath.log(self._z))

    def tanh(self) -> Exact:
        """The hyperbolic tangent."""
        return _made(cmath.tanh(self._z))

    def sqrt(self) -> Exact:
        """The square root."""
        return _made(cmath.sqrt(self._z))

    def sin(self) -> Exact:
        """The sine, of radians."""
        return _made(cmath.sin(self._z))

    def cos(self) -> Exact:
        """The cosine, of radians."""
        return _made(cmath.cos(self._z))


def _made(z: complex) -> Exact:
    made = Exact.__new__(Exact)
    made._z = z
    return made


def _z_of(x: Any) -> complex:
    return x._z if isinstance(x, Exact) else complex(x)


def slopes(line: Callable[..., Exact], numbers: dict[str, float]) -> tuple[float, dict[str, float]]:
    """The value of a line, and its slope by each of its names: one run for each."""
    value = line(**{name: Exact(x) for name, x in numbers.items()}).value
    by = {
        name: line(**{other: Exact(x, float(other == name)) for other, x in numbers.items()}).slope for name in numbers
    }
    return value, by


def agree(got: float, wanted: float) -> bool:
    """Whether a number is right, but for the rounding of its last digits."""
    return abs(got - wanted) <= ULPS * 2.0**-52 * abs(wanted)
