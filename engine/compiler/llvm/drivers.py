"""What stands around the blocks: rows in and out, weights packed, totals, and the loops over tiles and steps.

These kernels are written like those of the blocks; the two *drivers* below them are the
interpreter: they go through lists of (kernel, table) pairs, for each tile of rows, for each step.
"""

from __future__ import annotations

from .ir import Code, Lane, Target, literal_bits
from .kernels import PARAMETERS, store_vectors, tiles

# The first words of the memory, which tell a run where its rows are.
SAMPLES, ORDER, RESULTS, COUNT, FIRST, HEADER = 0, 1, 2, 3, 4, 8


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
    count, sums = code.word("%table", 0), code.word("%table", 1)
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


# The drivers: the interpreter of a plan, and the loops over tiles and over steps.


def _run_blocks(code: Code, blocks: str, count: str, rows: str | int) -> None:
    """Call kernel after kernel: pairs of addresses, of its code and of its table."""

    def call(i: str, _: list[Lane]) -> list[Lane]:
        entry = code.mul(i, 2)
        kernel, table = code.pointer(blocks, entry), code.pointer(blocks, code.add(entry, 1))
        code.do(f"call void {kernel}(ptr {table}, ptr %memory, i64 {rows})")
        return []

    code.loop(count, call)


def _set_word(code: Code, index: int, number: str | int) -> None:
    code.do(f"store i64 {number}, ptr {code.address('%memory', 8 * index)}")


def _run(code: Code) -> None:
    """All blocks once. Program: rows in a tile; three lists, as address and count: before, body, after."""
    tile, rows = code.word("%program", 0), code.word("%memory", COUNT)
    before, body, after = ((code.word("%program", k + 1), code.pointer("%program", k)) for k in (1, 3, 5))
    _run_blocks(code, before[1], before[0], 1)
    tiles = code.whole(f"udiv i64 {code.add(rows, code.add(tile, -1))}, {tile}")

    def run_tile(i: str, _: list[Lane]) -> list[Lane]:
        first = code.mul(i, tile)
        _set_word(code, FIRST, first)
        rest = code.whole(f"sub i64 {rows}, {first}")
        _run_blocks(code, body[1], body[0], code.whole(f"call i64 @llvm.umin.i64(i64 {rest}, i64 {tile})"))
        return []

    code.loop(tiles, run_tile)
    _run_blocks(code, after[1], after[0], 1)


def run_driver(name: str, target: Target) -> str:
    """`run(program, memory)`: before, the body for every tile of rows, after."""
    code = Code(name, "ptr %program, ptr %memory", target)
    _run(code)
    return code.text()


def steps_driver(name: str, target: Target) -> str:
    """`steps(program, memory, plan)`: many runs, each on the next rows of the order.

    Plan: steps; addresses of the sizes, the settings and the losses; settings a step; places of the scale, of the
    settings and of the loss; bytes of results a row.
    """
    code = Code(name, "ptr %program, ptr %memory, ptr %plan", target)
    count = code.word("%plan", 0)
    sizes, settings, losses = (code.pointer("%plan", k) for k in (1, 2, 3))
    width = code.word("%plan", 4)
    scale, own, loss = (code.address("%memory", code.word("%plan", k)) for k in (5, 6, 7))
    kind, size = target.kind, target.size

    def step(i: str, _: list[Lane]) -> list[Lane]:
        rows = code.word(sizes, i)
        _set_word(code, COUNT, rows)
        number = code.let(f"uitofp i64 {rows} to {kind}", kind)
        one = literal_bits(1.0, kind)
        code.store(code.let(f"fdiv {kind} {one}, {number.name}", kind), scale)
        given = code.address(settings, code.mul(code.mul(i, width), size))

        def copy(k: str, _: list[Lane]) -> list[Lane]:
            at = code.mul(k, size)
            code.store(code.load(code.address(given, at), kind), code.address(own, at))
            return []

        code.loop(width, copy)
        _run(code)
        code.store(code.load(loss, kind), code.address(losses, code.mul(i, size)))
        for word, bytes_a_row in ((ORDER, "8"), (RESULTS, code.word("%plan", 8))):
            _set_word(code, word, code.add(code.word("%memory", word), code.mul(rows, bytes_a_row)))
        return []

    code.loop(count, step)
    return code.text()
