"""exp and tanh for all lanes at once, as polynomials: what `fast_math` calls instead of the C library.

Both are right to about two units in the last place over the whole range; the C library's are right to
about one half, and are called for one lane after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from .ir import Code, Lane, Target, literal_bits

SHIFT = 1.5 * 2.0**52  # x + SHIFT holds x, rounded to a whole number, in its last bits
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # Cody and Waite 1980: n * high is exact
TERMS = 14  # of the series of exp for |r| <= log(2) / 2: the next one is below 1e-17

# Rational approximation of tanh for |x| < 0.625: Moshier, Cephes Math Library 2.8.
TANH_ABOVE = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
TANH_BELOW = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)


def _polynomial(x: Lane, coefficients: tuple[float, ...]) -> Lane:
    """By Horner's rule, the highest power first."""
    result = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:
        result = result * x + coefficient
    return result


def exp(code: Code, x: Lane) -> Lane:
    """2**n * exp(r), with x = n * log(2) + r: the whole number n becomes an exponent, r goes through a series."""
    x = code.select(x < -746.0, -746.0, x)
    x = code.select(x > 710.0, 710.0, x)
    shifted = x * (1.0 / math.log(2.0)) + SHIFT
    n = shifted - SHIFT
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    power = _polynomial(r, tuple(1.0 / math.factorial(k) for k in reversed(range(TERMS))))
    whole = f"<{code.target.lanes} x i64>"

    def constant(number: int | str) -> str:
        return f"<{', '.join([f'i64 {number}'] * code.target.lanes)}>"

    bits = code.let(f"bitcast {x.type} {shifted.name} to {whole}", whole)
    zero = int(literal_bits(SHIFT, "double"), 16)
    exponent = code.let(f"sub {whole} {bits.name}, {constant(zero)}", whole)
    half = code.let(f"ashr {whole} {exponent.name}, {constant(1)}", whole)
    rest = code.let(f"sub {whole} {exponent.name}, {half.name}", whole)
    for part in (half, rest):  # 2**n in two factors, for n may be beyond what one float can hold
        biased = code.let(f"add {whole} {part.name}, {constant(1023)}", whole)
        raised = code.let(f"shl {whole} {biased.name}, {constant(52)}", whole)
        power = power * code.let(f"bitcast {whole} {raised.name} to {x.type}", x.type)
    return power


def tanh(code: Code, x: Lane) -> Lane:
    """(1 - z) / (1 + z) with z = exp(-2|x|); near 0, where that loses digits, a rational function."""
    size = code.select(x < 0.0, -x, x)
    z = exp(code, -2.0 * size)
    far = (1.0 - z) / (1.0 + z)
    square = x * x
    near = x + x * square * (_polynomial(square, TANH_ABOVE) / _polynomial(square, TANH_BELOW))
    return code.select(size < 0.625, near, code.select(x < 0.0, -far, far))


VECTORISED: dict[str, Callable[[Code, Lane], Lane]] = {"exp": exp, "tanh": tanh}


def vectorised(name: str, target: Target) -> str:
    """The function for a vector; floats are reckoned as doubles."""
    wide = replace(target, kind="double")
    code = Code(f"{name}.{target.lanes}", f"{target.vector} %x0", wide, result=target.vector)
    code.flags = " contract"  # reassociation would undo the rounding that exp relies on
    x = Lane(code, "%x0", target.vector)
    if wide != target:
        x = code.let(f"fpext {target.vector} {x.name} to {wide.vector}", wide.vector)
    result = VECTORISED[name](code, x)
    if wide != target:
        result = code.let(f"fptrunc {wide.vector} {result.name} to {target.vector}", target.vector)
    code.do(f"ret {target.vector} {result.name}")
    return code.text()
