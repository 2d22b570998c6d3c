"""What moves numbers to the blocks and from them: rows in and out, weights packed, totals.

These kernels are written like those of the blocks, `kernel(table, memory, rows)`, and called
like them: before the first tile of rows, around the blocks of each tile, or after the last.
"""

from __future__ import annotations

from .ir import Code, Lane, Target
from .kernels import PARAMETERS, store_vectors, tiles

# The first words of the memory, which tell a run where its rows are: the addresses of the samples, of the order in
# which they are taken and of the results; how many rows there are; the first row of this tile.
SAMPLES, ORDER, RESULTS, COUNT, FIRST = range(5)
HEADER = 8  # words, a whole cache line


def gather_kernel(name: str, target: Target) -> str:
    """The inputs of a tile: row by row from the samples, in the order asked for. Table: inputs; their places."""
    code = Code(name, PARAMETERS, target)
    inputs = code.word("%table", 0)
    samples, order = code.pointer("%memory", SAMPLES), code.pointer("%memory", ORDER)
    first = code.word("%memory", FIRST)
    width = code.mul(inputs, target.size)

    def row(r: str, _: list[Lane]) -> list[Lane]:
        sample = code.address(samples, code.mul(code.word(order, code.add(first, r)), width))
        lane = code.address("%memory", code.mul(r, target.size))

        def copy(k: str, _: list[Lane]) -> list[Lane]:
            number = code.load(code.address(sample, code.mul(k, target.size)), target.kind)
            code.store(number, code.address(lane, code.word("%table", code.add(k, 1))))
            return []

        code.loop(inputs, copy)
        return []

    code.loop("%rows", row)
    return code.text()


def scatter_kernel(name: str, target: Target) -> str:
    """The outputs of a tile, row by row into the results. Table: outputs; their places."""
    code = Code(name, PARAMETERS, target)
    outputs = code.word("%table", 0)
    width = code.mul(outputs, target.size)
    results = code.address(code.pointer("%memory", RESULTS), code.mul(code.word("%memory", FIRST), width))

    def row(r: str, _: list[Lane]) -> list[Lane]:
        result = code.address(results, code.mul(r, width))
        lane = code.address("%memory", code.mul(r, target.size))

        def copy(k: str, _: list[Lane]) -> list[Lane]:
            number = code.load(code.address(lane, code.word("%table", code.add(k, 1))), target.kind)
            code.store(number, code.address(result, code.mul(k, target.size)))
            return []

        code.loop(outputs, copy)
        return []

    code.loop("%rows", row)
    return code.text()


def pack_kernel(name: str, target: Target) -> str:
    """Scattered numbers, side by side. Table: count, where to; from where."""
    code = Code(name, PARAMETERS, target)
    where = code.address("%memory", code.word("%table", 1))

    def copy(k: str, _: list[Lane]) -> list[Lane]:
        number = code.load(code.address("%memory", code.word("%table", code.add(k, 2))), target.kind)
        code.store(number, code.address(where, code.mul(k, target.size)))
        return []

    code.loop(code.word("%table", 0), copy)
    return code.text()


def spread_kernel(name: str, target: Target) -> str:
    """Uniform numbers as rows. Table: count, rows in a tile; then for each of them from where, where to."""
    code = Code(name, PARAMETERS.replace("%rows", "%one"), target)
    code.do(f"%rows = add i64 {code.word('%table', 1)}, 0")

    def element(i: str, _: list[Lane]) -> list[Lane]:
        entry = code.add(code.mul(i, 2), 2)
        source = code.address("%memory", code.word("%table", entry))
        number = code.spread(code.load(source, target.kind).name)
        place = code.address("%memory", code.word("%table", code.add(entry, 1)))
        tiles(code, lambda offset, vectors: store_vectors(code, [number] * vectors, code.address(place, offset)))
        return []

    code.loop(code.word("%table", 0), element)
    return code.text()


def clear_kernel(name: str, target: Target) -> str:
    """Sums before the first row: -0.0, to which any number may be added. Table: count (whole vectors), place."""
    code = Code(name, PARAMETERS, target)
    place = code.address("%memory", code.word("%table", 1))
    width = target.lanes * target.size

    def clear(k: str, _: list[Lane]) -> list[Lane]:
        code.store(code.lane(-0.0), code.address(place, code.mul(k, width)))
        return []

    code.loop(code.whole(f"udiv i64 {code.word('%table', 0)}, {target.lanes}"), clear)
    return code.text()


def finish_kernel(name: str, target: Target) -> str:
    """Totals from shifts and sums: `total = weight * shift`, then `+= scale * sum` for each sum of it.

    Table: totals, sums, the places of the totals, of the scale and of the weight; the shifts; then for each sum
    the number of its total and its place.
    """
    code = Code(name, PARAMETERS, target)
    count = code.word("%table", 0)
    sums = code.word("%table", 1)
    totals = code.address("%memory", code.word("%table", 2))
    scale, weight = (code.load(code.address("%memory", code.word("%table", k)), target.kind) for k in (3, 4))

    def shift(k: str, _: list[Lane]) -> list[Lane]:
        number = code.load(code.address("%memory", code.word("%table", code.add(k, 5))), target.kind)
        code.store(number * weight, code.address(totals, code.mul(k, target.size)))
        return []

    def add(k: str, _: list[Lane]) -> list[Lane]:
        entry = code.add(code.add(code.mul(k, 2), count), 5)
        total = code.address(totals, code.mul(code.word("%table", entry), target.size))
        number = code.load(code.address("%memory", code.word("%table", code.add(entry, 1))), target.kind)
        code.store(code.load(total, target.kind) + number * scale, total)
        return []

    code.loop(count, shift)
    code.loop(sums, add)
    return code.text()
