"""Results as lines for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ringfinder.cases.plain_text import LINE, clip, count, fit, pad, visible
from ringfinder.cases.ring_words import (
    alerts_words,
    checks_in_order,
    parts_played,
    ring_verdict,
    strongest_fact,
)
from ringfinder.cli.session import plain
from ringfinder.errors import InputError

if TYPE_CHECKING:  # imported by the command that ran, so that --help stays quick
    from ringfinder.evaluate.report import EvaluateResult
    from ringfinder.pipeline.benchmark import BenchmarkResult
    from ringfinder.pipeline.doctor import Finding
    from ringfinder.pipeline.graph_server import StartResult, StatusResult
    from ringfinder.pipeline.ingest import IngestResult
    from ringfinder.pipeline.shared_graph import LoadResult
    from ringfinder.pipeline.simulate import SimulateResult
    from ringfinder.pipeline.train import TrainResult

_LISTED = 10
_MEMBERS_SHOWN = 60
_JUDGED = {"confirmed": "CONF.", "cleared": "CLEAR"}
_NAME = 42


def figures(result: object) -> Iterator[str]:
    """Tell every figure of a result on its line, nested names joined by dots."""
    yield from _flat("", plain(result))


def evaluated(result: "EvaluateResult") -> Iterator[str]:
    """Tell the figures that are looked at first; `--json` holds all of them."""
    rings, alerts = result.rings, result.alerts
    yield f"Rings planted {rings.planted}, reported {rings.reported}, found {rings.hits}"
    yield (
        f"Ring AP {_figure(rings.ap)}, precision@10 {_figure(rings.precision_at['10'])}, "
        f"precision@24 {_figure(rings.precision_at['24'])}, "
        f"recall@50 {_figure(rings.recall_at['50'])}"
    )
    yield f"Median Jaccard of the rings found {_figure(rings.median_jaccard)}"
    yield f"Alerts {alerts.alerts}, of them rings {alerts.hits}, false {alerts.false}"
    if rings.false_by_kind_at_50:
        kinds = ", ".join(f"{kind} {n}" for kind, n in rings.false_by_kind_at_50.items())
        yield f"False among the first 50: {kinds}"
    if result.user_level is not None:
        users = result.user_level.without_label
        yield (
            f"User AP {_figure(users.ap)}, AUROC {_figure(users.auroc)} "
            f"(base rate {_figure(users.base_rate)}, users without a label)"
        )
    yield "`--json` gives every figure."


def compared(result: "BenchmarkResult") -> Iterator[str]:
    """Tell a line for each detector in each setting, and the prices of escape."""
    setting = None
    for line in result.lines:
        if line.setting != setting:
            setting = line.setting
            head = f"{'ring AP':>9}{'P@10':>7}{'R@50':>7}{'CPU s':>8}{'MiB':>7}"
            yield f"{fit(setting, _NAME):<{_NAME}}{head}"
        yield (
            f"  {line.detector:<{_NAME - 2}}{_short(line.ap, 3):>9}{_short(line.p10):>7}"
            f"{_short(line.recall_50):>7}{_short(line.cpu_s, 1):>8}{_short(line.peak_mib, 0):>7}"
        )
    way = None
    for curve in result.escape:
        if (curve.base, curve.knob) != way:
            way = (curve.base, curve.knob)
            yield fit(f"To escape by {curve.knob} ({curve.unit}), {curve.base}", LINE)
        yield f"  {curve.detector:<{_NAME - 2}}{curve.told}"
    yield f"Tables: {visible(str(result.directory / 'results.md'))}"


def _short(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def ingested(result: "IngestResult") -> Iterator[str]:
    """Tell what an ingest took in, one line a file and one for each kind of trouble."""
    for one in result.files:
        entry = one.entry
        if one.already:
            yield f"{fit(entry.source, 40)}: already taken in, nothing changed"
            continue
        yield (
            f"{fit(entry.source, 40)}: {count(entry.kept, 'event')} from {count(entry.rows, 'row')}"
            f" ({entry.duplicates:,} known before, {entry.quarantined:,} set aside)"
        )
        for reason, number in entry.reasons.items():
            yield f"  set aside {count(number, 'row')}: {fit(reason, LINE)}"
        if one.quarantine is not None:
            yield f"  they lie, each with its reason, in {visible(str(one.quarantine))}"
        for word, number in entry.other_actions.items():
            yield f"  unknown action {fit(word, 30)} kept as `other` on {count(number, 'row')}"
    if result.labels is not None:
        entry_of_labels = result.labels.entry
        state = "already taken in" if result.labels.already else f"{entry_of_labels.kept:,} new"
        yield f"{fit(entry_of_labels.source, 40)}: {count(entry_of_labels.rows, 'label')}, {state}"
    if result.graph is not None:
        yield from loaded(result.graph)


_WAYS = {"bulk": "by the bulk importer", "incremental": "batch by batch"}


def loaded(result: "LoadResult") -> Iterator[str]:
    """Tell what a load of the shared graph did."""
    if result.way == "unchanged":
        yield f"The graph holds this log already: {count(result.users, 'user')}."
    else:
        yield (
            f"{result.put:,} nodes and relationships put into the graph {_WAYS[result.way]}; "
            f"it holds {count(result.users, 'user')}."
        )
    if result.published is not None:
        yield f"Sweep {result.published} published."


def trained(result: "TrainResult") -> Iterator[str]:
    """Tell what a training wrote."""
    how = f"from {count(result.labels, 'label')}" if result.supervised else "self-supervised"
    yield f"Model {result.name} trained {how} in {result.seconds:.0f} s: {result.path}"
    if result.too_late:
        yield (
            f"{count(result.too_late, 'label')} observed later was not looked at; "
            "name a later time with --as-of to learn from it."
            if result.too_late == 1
            else f"{count(result.too_late, 'label')} observed later were not looked at; "
            "name a later time with --as-of to learn from them."
        )
    yield from figures(result.metrics)


def unused_labels(result: "TrainResult") -> str | None:
    """Say why labels that were known in time taught nothing; None where there is nothing to say."""
    if result.supervised or not (result.labels or result.given):
        return None
    if not result.labels:
        given = count(result.given, "label")
        return f"none of the {given} speaks of a user in the window; compare the ids with the log's"
    judged = count(result.labels, "user")
    return f"the labels of {judged} are all alike and were not used; learning needs both 0 and 1"


def swept(summary: Mapping[str, Any], rings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Tell what a sweep found, the best rings by name."""
    yield (
        f"{count(summary['alerts'], 'alert')} and "
        f"{count(summary['rings'] - summary['alerts'], 'candidate')} below the line, among "
        f"{count(summary['users'], 'user')} as of {summary['as_of'][:16].replace('T', ' ')} UTC."
    )
    if summary["alerts"]:
        yield alerts_words()
    if summary["previous"] is not None:
        changes = summary["changes"]
        parts = [f"{len(changes[word])} {word}" for word in ("new", "grew", "shrank", "gone")]
        rare = ("merged", "split", "returned")
        parts += [f"{len(changes[word])} {word}" for word in rare if changes.get(word)]
        yield f"Since the last sweep: {', '.join(parts)}, {changes['same']} unchanged."
    yield from ring_list(rings[:_LISTED])
    if len(rings) > _LISTED:
        yield "`ringfinder rings list` shows the rest."


def ring_list(rings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Tell one line a ring."""
    if not rings:
        yield "No rings."
        return
    yield f"{'rank':>4}  {'ring':<14}  {'score':>5}  {'users':>5}  {'':<5}  why"
    for ring in rings:
        head = f"{ring['rank']:>4}  {fit(ring['ring_id'], 14):<14}  {ring['score']:>5.2f}  "
        mark = _JUDGED.get(ring.get("verdict", ""), "ALERT" if ring["alert"] else "")
        why = visible(strongest_fact(ring))
        yield fit(f"{head}{ring['size']:>5}  {mark:<5}  ", 45).ljust(43) + clip(why, LINE - 43)


def one_ring(ring: Mapping[str, Any]) -> Iterator[str]:
    """Tell of a ring in full: verdict, evidence, innocent explanations, entities, members."""
    yield visible(ring_verdict(ring))
    yield (
        f"Ring {ring['rank']}, {ring['ring_id']}: {count(ring['size'], 'user')}, "
        f"score {ring['score']:.2f}, {ring['lineage']['status']}"
        f"{', ' * ('verdict' in ring)}{ring.get('verdict', '')}"
    )
    yield f"Active {' to '.join(moment[:16].replace('T', ' ') for moment in ring['window'])} UTC"
    yield "Evidence:"
    yield from (f"  {visible(fact['text'])}" for fact in ring["evidence"])
    yield "Innocent explanations:"
    for check in checks_in_order(ring):
        yield f"  {pad(check['hypothesis'], 29)}{pad(check['verdict'], 12)}{visible(check['text'])}"
    for part, ids in parts_played(ring).items():
        yield f"{part.capitalize()}: {_some(ids)}"
    for role, word in (("core", "Members"), ("peripheral", "Borderline members")):
        some = [user for user in ring["members"] if ring["roles"].get(user, "core") == role]
        if some:
            yield f"{word}: {_some(some)}"


def simulated(result: "SimulateResult") -> Iterator[str]:
    """Tell where a simulated world lies and what is in it."""
    yield f"World written to {result.directory}"
    yield from figures(result.meta)


def findings(found: Sequence["Finding"]) -> Iterator[str]:
    """Tell one line a check, a second one with its mend where there is something to do."""
    for finding in found:
        yield f"{finding.status:<8} {finding.name:<10} {finding.text}"
        if finding.mend:
            yield f"{'':<8} {'':<10} -> {finding.mend}"


def started(result: "StartResult") -> Iterator[str]:
    """Tell where the workspace's own server is, and where its password lies."""
    how = "runs already" if result.already else "has started"
    yield f"Neo4j {how} at {result.uri} (process {result.pid})."
    yield f"Browser: {result.http}/browser/"
    yield f"Log in as {result.user}; the password lies in {visible(result.password_file)}"


def server_status(status: "StatusResult") -> Iterator[str]:
    """Tell which server is used, and what its graph holds."""
    whose = "this workspace's own" if status.own else "configured"
    yield f"Neo4j {visible(status.version)} at {visible(status.uri)}, {whose}"
    if status.http is not None:
        yield f"Browser: {status.http}/browser/"
    if status.loading:
        yield "A load is under way or was cut off; `ringfinder graph load` goes on with it."
    if status.as_of is not None and status.users is not None:
        when = status.as_of[:16].replace("T", " ")
        yield f"It holds log {status.digest} as of {when} UTC: {count(status.users, 'user')},"
        yield (
            f"  {count(status.nodes, 'node')} and {count(status.relationships, 'relationship')}, "
            + (f"last sweep {status.sweep}" if status.sweep else "no sweep")
        )
    else:
        yield f"It holds no log of ours, and {count(status.nodes, 'node')}."


def browser_link(link: str, *, serving: bool = False) -> Iterator[str]:
    """Tell the link that opens Neo4j Browser, and how to end what serves it to Browser."""
    yield f"Neo4j Browser: {link}"
    if serving:
        yield "Serving the guide, the style and the saved queries; Ctrl-C ends it."


def browser_needs_page() -> InputError:
    """Make the error of --browser without --html."""
    return InputError(
        "there is no page to open",
        "--browser was given without --html",
        "add --html FILE for a page, or run `ringfinder graph start` to see it in Neo4j Browser",
    )


def _flat(prefix: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), one)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for position, one in enumerate(value, start=1):
            yield from _flat(f"{prefix}.{position}" if prefix else str(position), one)
    else:
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        yield f"{prefix}: {fit(shown, LINE)}"


def _some(members: Sequence[str]) -> str:
    shown = ", ".join(fit(member, 40) for member in members[:_MEMBERS_SHOWN])
    left = len(members) - _MEMBERS_SHOWN
    return f"{shown} and {left} more" if left > 0 else shown
