"""The kernels: the few loops that every compiled program is made of, written as IR.

A kernel runs one block of a plan on the rows of a tile. Which places it reads and writes stands
in a *table* of whole numbers, not in its code, so that the layers of a network, and networks of
any size, share it: what has to be compiled does not grow with the graph. Rows lie side by side
in memory and in the lanes of a vector: each row keeps its own order of operations.

Every kernel is `kernel(table, memory, rows)`. Places are offsets in bytes from the start of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...ops import Op
from ..plan import Piece
from ..primals import compute
from .ir import Code, Lane, Target

PARAMETERS = "ptr %table, ptr %memory, i64 %rows"


def tiles(code: Code, body: Callable[[str, int], None]) -> None:
    """Call `body(offset of the first row, vectors)` for the rows of a tile: many vectors at once, then single ones."""
    target = code.target
    vectors = code.whole(f"udiv i64 {code.add('%rows', target.lanes - 1)}, {target.lanes}")
    width = target.lanes * target.size
    whole = code.whole(f"udiv i64 {vectors}, {target.tile}")
    done = code.mul(whole, target.tile)

    def tile(i: str, _: list[Lane]) -> list[Lane]:
        body(code.mul(i, target.tile * width), target.tile)
        return []

    def single(i: str, _: list[Lane]) -> list[Lane]:
        body(code.mul(code.add(i, done), width), 1)
        return []

    code.loop(whole, tile)
    if target.tile > 1:
        code.loop(code.whole(f"sub i64 {vectors}, {done}"), single)


def _vectors(code: Code, address: str, count: int) -> list[Lane]:
    width = code.target.lanes * code.target.size
    return [code.load(code.address(address, k * width)) for k in range(count)]


def store_vectors(code: Code, lanes: Sequence[Lane], address: str) -> None:
    width = code.target.lanes * code.target.size
    for k, lane in enumerate(lanes):
        code.store(lane, code.address(address, k * width))


def map_kernel(name: str, target: Target, op: Op, operands: int) -> str:
    """`Map`. Table: count; then for each of them the operands and the result."""
    code = Code(name, PARAMETERS, target)
    count = code.word("%table", 0)

    def element(i: str, _: list[Lane]) -> list[Lane]:
        entry = code.add(code.mul(i, operands + 1), 1)
        places = [code.address("%memory", code.word("%table", code.add(entry, k))) for k in range(operands + 1)]

        def rows(offset: str, vectors: int) -> None:
            columns = [_vectors(code, code.address(place, offset), vectors) for place in places[:-1]]
            results = [compute(code, op, *column) for column in zip(*columns, strict=True)]
            store_vectors(code, results, code.address(places[-1], offset))

        tiles(code, rows)
        return []

    code.loop(count, element)
    return code.text()


def piece_kernel(name: str, target: Target, piece: Piece, scalars: frozenset[int] = frozenset()) -> str:
    """`Piece`: straight-line code, in registers. Table: rows (0: those of the tile), what is read, what is kept.

    Of the numbers that are read, `scalars` are one number each, the same for all rows.
    """
    code = Code(name, PARAMETERS.replace("%rows", "%given"), target)
    asked = code.word("%table", 0)
    code.do(f"%has = icmp ne i64 {asked}, 0")
    code.do(f"%rows = select i1 %has, i64 {asked}, i64 %given")
    places = [code.address("%memory", code.word("%table", 1 + k)) for k in range(len(piece.reads) + len(piece.kept))]
    spread = {k: code.spread(code.whole(f"load {target.kind}, ptr {places[k]}")) for k in sorted(scalars)}
    width = target.lanes * target.size

    def rows(i: str, _: list[Lane]) -> list[Lane]:
        offset = code.mul(i, width)
        numbers: list[Lane] = [
            spread[k] if k in spread else code.load(code.address(places[k], offset)) for k in range(len(piece.reads))
        ]
        numbers += [code.lane(constant) for constant in piece.constants]
        for op, operands in piece.lines:
            numbers.append(compute(code, op, *[numbers[x] for x in operands]))
        for (number, _place), place in zip(piece.kept, places[len(piece.reads) :], strict=True):
            code.store(numbers[number], code.address(place, offset))
        return []

    code.loop(code.whole(f"udiv i64 {code.add('%rows', target.lanes - 1)}, {target.lanes}"), rows)
    return code.text()


def dots_kernel(name: str, target: Target) -> str:
    """`Dots`. Table: count, terms; then for each of them the result and the factors x0, y0, x1, y1, ..."""
    code = Code(name, PARAMETERS, target)
    count = code.word("%table", 0)
    terms = code.word("%table", 1)
    length = code.add(code.mul(terms, 2), 1)

    def dot(i: str, _: list[Lane]) -> list[Lane]:
        entry = code.add(code.mul(i, length), 2)
        result = code.address("%memory", code.word("%table", entry))

        def rows(offset: str, vectors: int) -> None:
            base = code.address("%memory", offset)

            def term(j: str, sums: list[Lane]) -> list[Lane]:
                pair = code.add(entry, code.mul(j, 2))
                xs, ys = (
                    _vectors(code, code.address(base, code.word("%table", code.add(pair, k))), vectors) for k in (1, 2)
                )
                return [total + x * y for total, x, y in zip(sums, xs, ys, strict=True)]

            sums = code.loop(terms, term, [code.lane(-0.0)] * vectors)  # -0.0 + x is x, for every x
            store_vectors(code, sums, code.address(result, offset))

        tiles(code, rows)
        return []

    code.loop(count, dot)
    return code.text()


BLOCK = 4  # results that a matrix kernel computes at once, so that each x is loaded once for all of them


def matvec_kernel(name: str, target: Target) -> str:
    """`MatVec`. Table: weights, terms, blocks of four, singles; the xs; the results.

    The weights lie in the order in which they are used: for each block of results, for each x.
    """
    code = Code(name, PARAMETERS, target)
    weights = code.address("%memory", code.word("%table", 0))
    terms, blocks, singles = (code.word("%table", k) for k in (1, 2, 3))
    results = code.add(terms, 4)

    def rows(offset: str, vectors: int) -> None:
        base = code.address("%memory", offset)

        def block(height: int, first: str, matrix: str) -> None:
            """`height` results from the place `first` in the table, with weights at the address `matrix`."""

            def term(j: str, sums: list[Lane]) -> list[Lane]:
                xs = _vectors(code, code.address(base, code.word("%table", code.add(j, 4))), vectors)
                where = code.address(matrix, code.mul(j, height * target.size))
                after = []
                for i in range(height):
                    weight = code.whole(f"load {target.kind}, ptr {code.address(where, i * target.size)}")
                    spread = code.spread(weight)
                    after += [total + spread * x for total, x in zip(sums[i * vectors :], xs, strict=False)]
                return after

            sums = code.loop(terms, term, [code.lane(-0.0)] * (height * vectors))
            for i in range(height):
                result = code.address(base, code.word("%table", code.add(first, i)))
                store_vectors(code, sums[i * vectors : (i + 1) * vectors], result)

        def four(i: str, _: list[Lane]) -> list[Lane]:
            done = code.mul(i, BLOCK)
            block(BLOCK, code.add(results, done), code.address(weights, code.mul(code.mul(done, terms), target.size)))
            return []

        def single(i: str, _: list[Lane]) -> list[Lane]:
            done = code.add(code.mul(blocks, BLOCK), i)
            block(1, code.add(results, done), code.address(weights, code.mul(code.mul(done, terms), target.size)))
            return []

        code.loop(blocks, four)
        code.loop(singles, single)

    tiles(code, rows)
    return code.text()


def outer_kernel(name: str, target: Target) -> str:
    """`Outer`. Table: sums, left blocks of four, left singles, right blocks, right singles; lefts; rights.

    The sums lie in the order in which they are computed: for each block of left factors, for each
    block of right ones, row by row. Lane l adds rows l, l + lanes, ... in order; then neighbouring lanes are added
    in pairs, and pairs of pairs, and the result goes to the sum of the tiles before.
    """
    code = Code(name, PARAMETERS, target)
    sums = code.address("%memory", code.word("%table", 0))
    left_blocks, left_singles, right_blocks, right_singles = (code.word("%table", k) for k in (1, 2, 3, 4))
    lefts = code.add(code.mul(left_blocks, BLOCK), left_singles)
    rights = code.add(code.mul(right_blocks, BLOCK), right_singles)
    right_table = code.add(lefts, 5)
    whole = code.whole(f"udiv i64 %rows, {target.lanes}")
    rest = code.whole(f"urem i64 %rows, {target.lanes}")
    some = code.whole(f"call i64 @llvm.umin.i64(i64 {rest}, i64 1)")
    present = _first_lanes(code, rest)

    def block(height: int, width: int, first: str, second: str, place: str) -> None:
        left = [code.address("%memory", code.word("%table", code.add(first, k))) for k in range(height)]
        right = [code.address("%memory", code.word("%table", code.add(second, k))) for k in range(width)]

        def products(offset: str, totals: list[Lane], masked: bool) -> list[Lane]:
            xs = [code.load(code.address(place, offset)) for place in left]
            ys = [code.load(code.address(place, offset)) for place in right]
            if masked:  # lanes without a row add -0.0 * 0.0 = -0.0, which changes nothing
                xs = [code.select(present, x, -0.0) for x in xs]
                ys = [code.select(present, y, 0.0) for y in ys]
            return [total + xs[k // width] * ys[k % width] for k, total in enumerate(totals)]

        step = target.lanes * target.size
        totals = [code.lane(-0.0)] * (height * width)
        totals = code.loop(whole, lambda i, inner: products(code.mul(i, step), inner, False), totals)
        totals = code.loop(some, lambda i, inner: products(code.mul(whole, step), inner, True), totals)
        for k, total in enumerate(_sums_of_lanes(code, totals)):
            where = code.address(place, k * step)
            code.store(code.load(where, total.type) + total, where)

    def row(height: int, first: str, done: str) -> None:
        """All right factors with the left ones from `first` in the table on; `done` sums are before them."""

        def at(j: str, before: str | int, width: int) -> tuple[str, str]:
            right = code.add(code.mul(j, width), before)
            number = code.add(code.mul(done, rights), code.mul(right, height))
            return code.add(right_table, right), code.address(sums, code.mul(number, target.size))

        def four(j: str, _: list[Lane]) -> list[Lane]:
            block(height, BLOCK, first, *at(j, 0, BLOCK))
            return []

        def single(j: str, _: list[Lane]) -> list[Lane]:
            block(height, 1, first, *at(j, code.mul(right_blocks, BLOCK), 1))
            return []

        code.loop(right_blocks, four)
        code.loop(right_singles, single)

    def four_rows(i: str, _: list[Lane]) -> list[Lane]:
        done = code.mul(i, BLOCK)
        row(BLOCK, code.add(done, 5), done)
        return []

    def single_row(i: str, _: list[Lane]) -> list[Lane]:
        done = code.add(code.mul(left_blocks, BLOCK), i)
        row(1, code.add(done, 5), done)
        return []

    code.loop(left_blocks, four_rows)
    code.loop(left_singles, single_row)
    return code.text()


def _first_lanes(code: Code, count: str) -> Lane:
    """A mask of the first `count` lanes."""
    lanes = code.target.lanes
    type = f"<{lanes} x i64>"
    one = code.let(f"insertelement {type} poison, i64 {count}, i64 0", type)
    all_lanes = code.let(f"shufflevector {type} {one.name}, {type} poison, <{lanes} x i32> zeroinitializer", type)
    numbers = ", ".join(f"i64 {i}" for i in range(lanes))
    return code.let(f"icmp ult {type} <{numbers}>, {all_lanes.name}", f"<{lanes} x i1>")


def _sums_of_lanes(code: Code, totals: list[Lane]) -> list[Lane]:
    """The sum over the lanes of each of several vectors, as lanes of few vectors, in order."""
    kind = code.target.kind
    lanes = code.target.lanes
    done = []
    for first in range(0, len(totals), lanes):
        group = totals[first : first + lanes]
        sums = len(group)
        width = lanes
        while len(group) > 1:
            group = [
                _pairs(code, a, b, f"<{width} x {kind}>", 2 * width)
                for a, b in zip(group[::2], group[1::2], strict=True)
            ]
        while width > sums:
            group = [_pairs(code, group[0], group[0], f"<{width} x {kind}>", width)]
            width //= 2
        done += group
    return done


def _pairs(code: Code, a: Lane, b: Lane, type: str, lanes: int) -> Lane:
    """Neighbouring lanes of a, then of b, added in pairs: the first `lanes` of them."""
    result = f"<{lanes // 2} x {code.target.kind}>"
    even, odd = (
        code.let(
            f"shufflevector {type} {a.name}, {type} {b.name}, "
            f"<{lanes // 2} x i32> <{', '.join(f'i32 {i}' for i in range(start, lanes, 2))}>",
            result,
        )
        for start in (0, 1)
    )
    return even + odd
