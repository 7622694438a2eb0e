"""The one table of entity types, link types and event actions.

Graph, tensors, Cypher and evidence sentences read it; a new entity type is one row here, or one
`[entities.NAME]` section of a mapping file.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class EntityType:
    """What a user can touch.

    `column` is the default column of an input file; `hub_users` the number of users above which
    sharing one entity of this type says little by itself; `identifier` marks things a person
    controls (sharing one hints at common control), `personal` marks personal data, `place` marks an
    address that strangers share by standing at the same spot or using the same carrier.
    """

    name: str
    column: str
    plural: str
    identifier: bool
    hub_users: int
    personal: bool
    place: bool = False


@dataclass(frozen=True)
class LinkType:
    """A kind of link from a user to an entity.

    `actions` are the event actions that make the link, empty for all of them; `forward` reads
    "user FORWARD entity", `reverse` reads "entity REVERSE user".
    """

    name: str
    entity: str
    actions: tuple[str, ...]
    forward: str
    reverse: str


ACTIONS = ("login", "view", "cart", "order", "pay", "review", "refund", "cancel", "other")
"""Event actions; a stored action code is its position here."""

ACTION_CODE = {name: code for code, name in enumerate(ACTIONS)}
DEFAULT_ACTION = "order"
OTHER_ACTION = "other"
BROWSING = ("login", "view", "cart")
UNDOING = ("refund", "cancel")
TRADING = ("order", "pay", "review", "refund", "cancel", "other")

ENTITY_TYPES = (
    EntityType("item", "item_id", "items", identifier=False, hub_users=1_000, personal=False),
    EntityType("seller", "seller_id", "sellers", identifier=False, hub_users=5_000, personal=False),
    EntityType("device", "device_id", "devices", identifier=True, hub_users=10, personal=True),
    EntityType("ip", "ip", "ips", identifier=True, hub_users=50, personal=True, place=True),
)

LINK_TYPES = (
    LinkType("ordered", "item", TRADING, "ordered", "was ordered by"),
    LinkType("viewed", "item", BROWSING, "looked at", "was looked at by"),
    LinkType("ordered_from", "seller", TRADING, "ordered from", "sold to"),
    LinkType("used", "device", (), "used", "was used by"),
    LinkType("seen_at", "ip", (), "was seen at", "was the address of"),
)

OTHER_LABELS = (
    "User",
    "Log",
    "EntityType",
    "Sweep",
    "Ring",
    "Evidence",
    "Check",
    "Order",
    "Case",
)
"""Labels of the shared graph that are no entity's."""


def declared_entity(name: str) -> EntityType:
    """The entity type of an identifier that a mapping file declares."""
    return EntityType(name, name, f"{name}s", identifier=True, hub_users=10, personal=True)


def declared_link(name: str) -> LinkType:
    """The link type from users to a declared identifier."""
    return LinkType(f"used_{name}", name, (), "used", "was used by")


def entity_types(declared: Iterable[str] = ()) -> tuple[EntityType, ...]:
    """Built-in entity types, then the declared ones in name order."""
    return ENTITY_TYPES + tuple(declared_entity(name) for name in sorted(declared))


def link_types(declared: Iterable[str] = ()) -> tuple[LinkType, ...]:
    """Built-in link types, then one for each declared entity type in name order."""
    return LINK_TYPES + tuple(declared_link(name) for name in sorted(declared))


def holding_links(declared: Iterable[str] = ()) -> tuple[tuple[EntityType, LinkType], ...]:
    """Each entity type with the link type that shows use or trade, never mere browsing."""
    names = tuple(declared)
    by_name = {entity.name: entity for entity in entity_types(names)}
    return tuple(
        (by_name[link.entity], link) for link in link_types(names) if link.actions != BROWSING
    )


def label(kind: str) -> str:
    """The label of a kind's nodes in the shared graph: `bank_card` is a `BankCard`.

    No two kinds share one, and none has a label that the graph uses for something else.
    """
    words = kind.split("_")
    name = "".join(word.capitalize() if word[:1].isalpha() else f"_{word}" for word in words)
    return f"{name}_" if name in OTHER_LABELS else name


def relationship(link: str) -> str:
    """The type of a link's relationships in the shared graph: `seen_at` is `SEEN_AT`."""
    return link.upper()
