"""The drivers: the interpreter of a plan, and the loops over tiles and over steps.

They are machine code too: a driver goes through lists of (kernel, table) pairs, for each tile
of rows, for each step, and comes back to Python when all is done.
"""

from __future__ import annotations

from .ir import Code, Lane, Target, literal_bits
from .transfer import COUNT, FIRST, ORDER, RESULTS


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
    tile = code.word("%program", 0)
    rows = code.word("%memory", COUNT)
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
    scale, knobs, loss = (code.address("%memory", code.word("%plan", k)) for k in (5, 6, 7))
    kind = target.kind
    size = target.size

    def step(i: str, _: list[Lane]) -> list[Lane]:
        rows = code.word(sizes, i)
        _set_word(code, COUNT, rows)
        number = code.let(f"uitofp i64 {rows} to {kind}", kind)
        one = literal_bits(1.0, kind)
        code.store(code.let(f"fdiv {kind} {one}, {number.name}", kind), scale)
        row = code.address(settings, code.mul(code.mul(i, width), size))

        def copy(k: str, _: list[Lane]) -> list[Lane]:
            offset = code.mul(k, size)
            code.store(code.load(code.address(row, offset), kind), code.address(knobs, offset))
            return []

        code.loop(width, copy)
        _run(code)
        code.store(code.load(loss, kind), code.address(losses, code.mul(i, size)))
        for word, bytes_a_row in ((ORDER, "8"), (RESULTS, code.word("%plan", 8))):
            _set_word(code, word, code.add(code.word("%memory", word), code.mul(rows, bytes_a_row)))
        return []

    code.loop(count, step)
    return code.text()
