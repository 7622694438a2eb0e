"""A ring as a picture: members left, what they share right, in two readable columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ringfinder.cases.plain_text import fit

NODES = 100
"""Nodes of a picture at most."""

_ENTITIES = 30
_ROW = 22
_TOP = 44
_WIDTH = 760
_LEFT = 300
_RIGHT = 470
_CAPTION = 34
_COLOURS = {"device": "#b5471b", "ip": "#8a6d00", "item": "#1d5fa8", "seller": "#5b3a9e"}
_OTHER_COLOUR = "#2f6f4f"


@dataclass(frozen=True)
class Node:
    """A shared entity: its kind, its id, the ring members that hold it, and whether it is a hub."""

    kind: str
    name: str
    members: frozenset[str]
    hub: bool


@dataclass(frozen=True)
class _Block:
    members: tuple[str, ...]
    touches: tuple[int, ...]


def picture(members: Sequence[str], nodes: Sequence[Node], label: str) -> str:
    """Draw an SVG of at most `NODES` nodes; the same input gives the same bytes.

    `nodes` come most telling first. Hubs of a kind are collapsed into one node, members with the
    same links into one block, and what does not fit is counted in the last row.
    """
    shown = _collapse_hubs(nodes)[:_ENTITIES]
    blocks = _blocks(members, shown)
    rows = NODES - len(shown) - 1
    kept, rest = blocks[:rows], blocks[rows:]
    kept = sorted(kept, key=lambda block: (_centre(block.touches), block.members))
    captions = [_block_caption(block) for block in kept]
    if rest:
        captions.append(f"and {sum(len(block.members) for block in rest):,} more members")
    height = _TOP + _ROW * max(len(captions), len(shown), 1) + 10
    left = _spread(len(captions), height)
    right = _spread(len(shown), height)
    parts = [
        (
            f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
            f'aria-label="{escape(label)}" class="picture">'
        ),
        f'<text x="{_LEFT}" y="20" text-anchor="end" class="head">members</text>',
        f'<text x="{_RIGHT}" y="20" class="head">what they share</text>',
        *_edges(kept, shown, left, right),
        *(
            f'<circle cx="{_LEFT}" cy="{y}" r="5" fill="#333"/>'
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(caption)}</text>'
            for caption, y in zip(captions, left, strict=True)
        ),
        *(_entity(node, y) for node, y in zip(shown, right, strict=True)),
        "</svg>",
    ]
    return "".join(parts)


def _collapse_hubs(nodes: Sequence[Node]) -> list[Node]:
    hubs: Mapping[str, list[Node]] = defaultdict(list)
    for node in nodes:
        if node.hub:
            hubs[node.kind].append(node)
    collapsed = [
        Node(
            kind,
            f"{len(group)} shared by a crowd" if len(group) > 1 else group[0].name,
            frozenset().union(*(node.members for node in group)),
            hub=True,
        )
        for kind, group in sorted(hubs.items())
    ]
    telling = [node for node in nodes if not node.hub]
    return telling[: _ENTITIES - len(collapsed)] + collapsed


def _blocks(members: Sequence[str], shown: Sequence[Node]) -> list[_Block]:
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for member in members:
        touches = tuple(i for i, node in enumerate(shown) if member in node.members)
        alike[touches].append(member)
    blocks = [_Block(tuple(sorted(group)), touches) for touches, group in alike.items()]
    return sorted(blocks, key=lambda block: (-len(block.touches), block.members))


def _centre(touches: tuple[int, ...]) -> float:
    return sum(touches) / len(touches) if touches else float(_ENTITIES)


def _spread(count: int, height: int) -> list[int]:
    room = height - _TOP
    return [round(_TOP + room * (position + 0.5) / count) for position in range(count)]


def _edges(
    blocks: Sequence[_Block], shown: Sequence[Node], left: Sequence[int], right: Sequence[int]
) -> list[str]:
    paths: list[str] = []
    for i, node in enumerate(shown):
        bends = [
            f"M{_LEFT + 5} {y}C{_LEFT + 80} {y} {_RIGHT - 80} {right[i]} {_RIGHT - 5} {right[i]}"
            for block, y in zip(blocks, left, strict=False)
            if i in block.touches
        ]
        dash = ' stroke-dasharray="3 4"' if node.hub else ""
        paths.append(
            f'<path d="{"".join(bends)}" fill="none" stroke="{_colour(node)}" '
            f'stroke-opacity="0.45"{dash}/>'
        )
    return paths


def _entity(node: Node, y: int) -> str:
    caption = f"{node.kind} {fit(node.name, _CAPTION - len(node.kind))} ({len(node.members)})"
    return (
        f'<rect x="{_RIGHT - 5}" y="{y - 5}" width="10" height="10" fill="{_colour(node)}"/>'
        f'<text x="{_RIGHT + 12}" y="{y + 4}">{escape(caption)}</text>'
    )


def _colour(node: Node) -> str:
    return "#777" if node.hub else _COLOURS.get(node.kind, _OTHER_COLOUR)


def _block_caption(block: _Block) -> str:
    first = fit(block.members[0], 22)
    more = len(block.members) - 1
    return f"{first} + {more} more alike" if more else first
