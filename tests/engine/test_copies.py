"""Copies of a Value, shallow and deep; pickling is refused."""

from __future__ import annotations

import copy
import pickle

import pytest

from chalkgrad.engine import Value, grad, maximum, topological_order

# copies


def test_copy_shares_the_parents() -> None:
    a = Value(2.0, label="a")
    b = a * 3
    b.label, b.grad = "b", 5.0
    twin = copy.copy(b)
    assert twin is not b and twin.parents == b.parents and (twin.data, twin.grad, twin.label) == (6.0, 5.0, "b")
    twin.label = "twin"
    assert b.label == "b"
    leaf = copy.copy(a)
    leaf.data = 9.0
    assert a.data == 2.0 and leaf.label == "a"


def test_deepcopy_copies_every_node_once() -> None:
    a = Value(2.0, label="a")
    shared = a * 3
    roots = [shared + a, shared.tanh(), maximum(shared, a), a]
    roots[0].backward()
    twins = copy.deepcopy(roots)
    order, copied_order = topological_order(*roots), topological_order(*twins)
    assert len(order) == len(copied_order) and not set(map(id, order)) & set(map(id, copied_order))
    for node, twin in zip(order, copied_order, strict=True):
        assert (node.data, node.grad, node.has_grad, node.label, node.op, node.is_constant) == (
            twin.data,
            twin.grad,
            twin.has_grad,
            twin.label,
            twin.op,
            twin.is_constant,
        )
    assert twins[3] is copied_order[0]
    before = a.grad
    twins[0].backward()
    assert a.grad == before and twins[3].grad == 2 * before


def test_copies_of_a_subclass_keep_what_it_adds() -> None:
    class Parameter(Value):
        """With attributes of its own."""

        tags: list[str]

    a = Parameter(2.0, label="w")
    a.tags = ["frozen"]
    for make in (copy.copy, copy.deepcopy):
        twin = make(a)
        assert type(twin) is Parameter and twin.tags == ["frozen"] and twin.data == 2.0
    assert copy.copy(a).tags is a.tags and copy.deepcopy(a).tags is not a.tags


def test_deepcopy_keeps_the_forward_point() -> None:
    a = Value(2.0)
    root = a * a
    a.data = 5.0
    twin = copy.deepcopy(root)
    assert grad(twin, twin.parents[0]) == 4.0 and twin.parents[0].data == 5.0


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_is_refused_with_what_to_do_instead(protocol: int) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled.*state_dict"):
        pickle.dumps([Value(1.0)], protocol)
