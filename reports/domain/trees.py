"""Small trees in memory, given as each node's parent (None: a root)."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def children_of(parents: Mapping[Node, Node | None]) -> dict[Node | None, list[Node]]:
    """The children of every node that has any, in the order given; roots under None."""
    children: dict[Node | None, list[Node]] = {}
    for node, parent in parents.items():
        children.setdefault(parent, []).append(node)
    return children


def ancestors(node: Node, parents: Mapping[Node, Node | None]) -> Iterator[Node]:
    """The parent, its parent and so on up to the root. Raises ValueError on a circle."""
    seen = {node}
    above = parents.get(node)
    while above is not None:
        if above in seen:
            raise ValueError(f"{above} is its own ancestor")
        seen.add(above)
        yield above
        above = parents.get(above)


def would_make_cycle(
    node: Node, new_parent: Node | None, parents: Mapping[Node, Node | None]
) -> bool:
    """Whether putting the node under ``new_parent`` would make it its own ancestor."""
    if new_parent is None:
        return False
    return new_parent == node or node in ancestors(new_parent, parents)


def walk(
    parents: Mapping[Node, Node | None], roots: Iterable[Node] | None = None
) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, each before its children, in the order given."""
    children = children_of(parents)
    waiting = [(root, 0) for root in (children.get(None, []) if roots is None else roots)]
    waiting.reverse()
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in reversed(children.get(node, [])))


def subtree(node: Node, parents: Mapping[Node, Node | None]) -> list[Node]:
    """The node and all below it, each before its children."""
    return [each for each, _ in walk(parents, [node])]


def rolled_up(counts: Mapping[Node, int], parents: Mapping[Node, Node | None]) -> dict[Node, int]:
    """The count of every node with those of all below it."""
    totals = {node: counts.get(node, 0) for node in parents}
    for node in parents:
        own = counts.get(node, 0)
        for above in ancestors(node, parents):
            totals[above] = totals.get(above, 0) + own
    return totals
