"""HTML pages that need nothing but themselves: the sweep's report and a user's case."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from ringfinder.cases.investigation import Investigation
from ringfinder.cases.plain_text import one_in, small, visible
from ringfinder.cases.ring_case import RingCase, ranks_of, ring_case
from ringfinder.cases.ring_words import (
    alerts_words,
    checks_in_order,
    facts_of,
    parts_played,
    what_clears,
)
from ringfinder.cases.snapshot_source import SnapshotSource
from ringfinder.cases.sweep_record import SweepRecord
from ringfinder.features.snapshot import Snapshot


class _Templates(BaseLoader):
    def get_source(self, _environment: Environment, template: str) -> tuple[str, None, None]:
        source = files("ringfinder.cases.templates").joinpath(template)
        if not source.is_file():
            raise TemplateNotFound(template)
        return source.read_text("utf-8"), None, None


def report_page(snapshot: Snapshot, record: SweepRecord, verdicts: Mapping[str, str]) -> str:
    """Lay out the report of a sweep as one HTML page: the ranked list first, then every ring.

    `verdicts` are the decisions so far, by ring id.
    """
    ranks = ranks_of(record.scores)
    with SnapshotSource(snapshot, record, whole=True) as source:
        cases = [ring_case(source, line, ranks) for line in record.rings]
    groups = _groups(cases)
    return _render(
        "report.html",
        summary=record.summary,
        cases=cases,
        groups=groups,
        verdicts=verdicts,
        about_alerts=alerts_words(),
    )


def user_page(case: Investigation) -> str:
    """Lay out the case of one user as one HTML page."""
    return _render("user.html", case=case)


def _groups(cases: Sequence[RingCase]) -> list[tuple[str, list[RingCase]]]:
    alerts = [case for case in cases if case.ring["alert"]]
    rest = [case for case in cases if not case.ring["alert"]]
    titled = [("Alerts", alerts), ("Candidates below the alert line", rest)]
    return [(title, group) for title, group in titled if group]


def _render(template: str, **values: Any) -> str:
    environment = Environment(
        loader=_Templates(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        visible=visible,
        small=small,
        odds=one_in,
        drawing=Markup,
        checks=checks_in_order,
        facts=facts_of,
        clears=what_clears,
        parts=parts_played,
        minute=lambda iso: iso[:16].replace("T", " "),
    )
    return environment.get_template(template).render(**values)
