"""Guides for Neo4j Browser: what a case says in words, and the questions to ask of it by a click.

A guide is HTML in Browser's own format. Browser reads it as text before it becomes a page, and cuts
out of it what looks like a script: so every character that could be anything but a letter is
written as its number, in words and in queries alike.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ringfinder.cases.investigation import Investigation
from ringfinder.cases.plain_text import count, fit, visible
from ringfinder.cases.ring_words import checks_in_order, ring_verdict
from ringfinder.graph.neo4j.kit_server import STYLE
from ringfinder.graph.neo4j.literal import literal, with_values
from ringfinder.graph.neo4j.queries import query
from ringfinder.vocabulary import declared_link, label, relationship

QUESTIONS = (
    ("Rings", ("01-rings", "02-ring", "03-ring-of-user", "04-members")),
    ("Why a ring is one", ("05-shared-by-ring", "06-evidence", "07-innocent-explanations")),
    (
        "What a ring did",
        (
            "08-orders-in-time",
            "09-chain-of-orders",
            "10-refunds",
            "11-continued-rings",
            "12-other-customers",
        ),
    ),
    (
        "Around a user, a device, an ip",
        ("13-neighbourhood", "14-orders-of-user", "15-holders-of-device", "16-ip-that-day"),
    ),
    (
        "Things that are shared",
        ("17-shared-devices", "18-same-day-same-device", "19-lockstep-on-item", "20-hubs"),
    ),
)
"""The saved queries, files of `cypher/kit/`, by what they are about."""

_SHOWN = 5
_NAME_WIDTH = 40
_FURTHER = """\
node.{label} {{
  color: #B39DDB;
  border-color: #7E57C2;
  caption: "{{id}} {{degree}}\u00a0user(s)";
}}
relationship.{link} {{
  color: #7E57C2;
  shaft-width: 4px;
  caption: "used";
}}
"""
_INERT = re.compile(r"[^A-Za-z0-9 _.,:\n-]")


@dataclass(frozen=True)
class Question:
    """A question in an investigator's words and the statement that answers it by a click."""

    words: str
    statement: str


@dataclass(frozen=True)
class Slide:
    """One page of a guide: its title, what it says, and what can be asked there."""

    title: str
    says: Sequence[str]
    questions: Sequence[Question]


def general_guide(examples: Mapping[str, str], *, style: str) -> str:
    """Lay out the guide of the twenty questions; `examples` are values to begin with.

    `style` is the address of the GRASS style.
    """
    parameters = ";\n".join(f":param {name} => {literal(one)}" for name, one in examples.items())
    begin = Slide(
        "Ask the shared graph",
        ["Most questions ask about $ring, $user, $device, $ip on $day or $item: set them first."],
        [Question("Set what the questions are about: click, change, run.", parameters)],
    )
    rest = [Slide(title, (), [_open(name) for name in names]) for title, names in QUESTIONS]
    return _page([begin, *rest], style)


def style_sheet(declared: Iterable[str]) -> str:
    """Give the GRASS style of what Browser draws, with rules for declared identifiers too."""
    sheet = files("ringfinder.cypher").joinpath("kit").joinpath(STYLE).read_text("utf-8")
    return sheet + "".join(
        _FURTHER.format(label=label(name), link=relationship(declared_link(name).name))
        for name in declared
    )


def ring_guide(ring: Mapping[str, Any], *, style: str) -> str:
    """Lay out the guide of a ring from its line of rings.jsonl."""
    says = [ring_verdict(ring), _size(ring["rank"], ring["size"], ring["window"])]
    first = Slide(f"Ring {ring['ring_id']}", says, [_asked("02-ring", ring=ring["ring_id"])])
    return _page([first, *_of_ring(ring["ring_id"], checks_in_order(ring))], style)


def user_guide(case: Investigation, *, style: str) -> str:
    """Lay out the guide of a user's case: of its ring, or else of what is around the user."""
    says = list(case.verdict)
    around = _asked("13-neighbourhood", user=case.user)
    own = _asked("14-orders-of-user", user=case.user)
    title = f"User {fit(case.user, _NAME_WIDTH)}"
    if case.ring is None:
        first = Slide(title, says, [around])
        return _page([first, _shared(case), Slide("Its orders", (), [own])], style)
    says.append(_size(case.ring.rank, case.ring.size, case.ring.window))
    first = Slide(title, says, [_asked("02-ring", ring=case.ring.ring_id)])
    rest = _of_ring(case.ring.ring_id, case.lookalike_checks)
    return _page([first, *rest, _shared(case), Slide("The user alone", (), [around, own])], style)


def _of_ring(ring: str, checks: Sequence[Mapping[str, Any]]) -> list[Slide]:
    def asked(*names: str) -> list[Question]:
        return [_asked(name, ring=ring) for name in names]

    explained = [f"{one['hypothesis']}: {one['verdict']} ({one['text']})" for one in checks]
    return [
        Slide("What the ring shares", (), asked("05-shared-by-ring", "04-members")),
        Slide("Its orders in time", (), asked("09-chain-of-orders", "08-orders-in-time")),
        Slide("Innocent explanations", explained, asked("07-innocent-explanations", "06-evidence")),
        Slide("What else", (), asked("10-refunds", "12-other-customers")),
    ]


def _shared(case: Investigation) -> Slide:
    told = [one for one in case.shared if one.kind in {"device", "ip"}][:_SHOWN]
    says = [
        f"{one.kind} {fit(one.entity, _NAME_WIDTH)}, held by {count(one.holders, 'user')}:"
        f" {one.rarity}"
        for one in told
    ]
    questions = [
        _asked("15-holders-of-device", device=one.entity)
        if one.kind == "device"
        else _asked("16-ip-that-day", ip=one.entity, day=_day(case, one.entity))
        for one in told
    ]
    return Slide("Devices and ips shared", says or ["It shares none."], questions)


def _day(case: Investigation, ip: str) -> str:
    """Say on which day the user was at that ip last, as far as the timeline tells."""
    days = [one.ts[:10] for one in case.timeline.events if one.entities.get("ip") == ip]
    return days[-1] if days else case.timeline.last_seen[:10]


def _size(rank: int, size: int, window: Sequence[str]) -> str:
    begin, end = (moment[:16].replace("T", " ") for moment in window)
    return f"Ring {rank}: {count(size, 'user')}, active {begin} to {end} UTC."


def _open(name: str) -> Question:
    """Give a saved query as it is, for values that are set in Browser."""
    one = query(f"kit/{name}")
    about = ", ".join(f"${parameter}" for parameter in one.parameters)
    return Question(f"{one.sentence} ({about})" if about else one.sentence, one.text)


def _asked(name: str, **values: str) -> Question:
    one = query(f"kit/{name}")
    about = ", ".join(f"{key} {fit(value, _NAME_WIDTH)}" for key, value in values.items())
    return Question(f"{one.sentence} ({about})", with_values(one, values))


def _page(slides: Sequence[Slide], style: str) -> str:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=inert,
    )
    environment.filters["visible"] = visible
    source = files("ringfinder.cases.templates").joinpath("guide.html").read_text("utf-8")
    return environment.from_string(source).render(slides=slides, style=style)


def inert(value: object) -> Markup:
    """Write a text for a guide, with every character that is no letter or digit as its number."""
    return Markup(_INERT.sub(lambda found: f"&#{ord(found[0])};", str(value)))  # noqa: S704 - nothing but numbers is left
