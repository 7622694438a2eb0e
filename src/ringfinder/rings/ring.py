"""What a sweep finds: a ring with its facts and the innocent explanations tested."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ringfinder.errors import WorkError

CLEARING = "would clear it"
"""Kind of the one fact that speaks of no entity: without what the ring would not stand out."""

OPERATOR = "operator"
"""First word of the kind of a fact on an identifier most of whose users are members."""

ALERT_FALSE_SHARE = 0.15
"""Expected share of false ones among the alerts that are shown unasked."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Fact:
    """One piece of evidence: what is shared or synchronised, by whom, and what chance would give.

    `observed` and `expected` count members; `event_ids` are stored events that show it.
    """

    kind: str
    text: str
    entity_type: str | None
    entity: str | None
    users: tuple[str, ...]
    observed: float
    expected: float
    event_ids: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One innocent explanation tested: `verdict` is "supported", "ruled out" or "not tested".

    `value` is the figure that decides, `text` says it in words.
    """

    hypothesis: str
    verdict: str
    value: float | None
    text: str


@dataclass(frozen=True)
class Lineage:
    """How a ring continues those of the sweep before: `overlap` is the best Jaccard index."""

    status: str
    previous: tuple[str, ...]
    overlap: float


NEW = Lineage("new", (), 0.0)


@dataclass(frozen=True)
class Ring:
    """A coordinated group, one line of rings.jsonl.

    `score` in [0, 1] ranks, `alert` says whether it stands above the default line. `p_value` bounds
    the probability that chance alone lets so many users agree so far. `window` is the first and
    last listed event, both inclusive, in microseconds UTC; `members` are ids, ascending;
    `operators` are those of the `entities` most of whose users are members, by type, identifiers
    alone.
    `verdict` is what a person said of it, "confirmed" or "cleared", None where nobody did.
    """

    ring_id: str
    rank: int
    score: float
    alert: bool
    p_value: float
    members: tuple[str, ...]
    roles: Mapping[str, str]
    window: tuple[int, int]
    entities: Mapping[str, tuple[str, ...]]
    operators: Mapping[str, tuple[str, ...]]
    channels: tuple[str, ...]
    evidence: tuple[Fact, ...]
    lookalike_checks: tuple[Check, ...]
    lineage: Lineage = NEW
    verdict: str | None = None

    def validate(self) -> None:
        """Raise `WorkError` where the ring breaks a promise of the contract."""
        broken = (
            not 0 <= self.score <= 1
            or not 0 <= self.p_value <= 1
            or list(self.members) != sorted(set(self.members))
            or set(self.roles) != set(self.members)
            or self.window[0] > self.window[1]
        )
        if broken:
            raise WorkError(
                f"ring {self.ring_id} is not valid",
                "its score, members, roles or window break the contract",
                "report this as a bug",
            )

    def line(self) -> dict[str, Any]:
        """The ring as a line of rings.jsonl, before JSON encoding."""
        row = asdict(self)
        if self.verdict is None:
            del row["verdict"]
        row["window"] = [iso(self.window[0]), iso(self.window[1])]
        head = {key: row.pop(key) for key in ("ring_id", "rank", "score", "alert", "p_value")}
        return {**head, "size": len(self.members), **row}


def iso(us: int) -> str:
    """Microseconds UTC as ISO-8601 with the zone Z."""
    moment = EPOCH + timedelta(microseconds=us)
    return moment.isoformat(timespec="seconds" if us % 1_000_000 == 0 else "microseconds").replace(
        "+00:00", "Z"
    )
