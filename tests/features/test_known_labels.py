"""Labels known at a time."""

from pathlib import Path

import pyarrow as pa
import pytest
from small_logs import EPOCH, snapshot_of, table_of

from ringfinder.events.labels import LABEL_SCHEMA
from ringfinder.features.load import ids

EVENTS = [
    {"event_id": "e1", "ts": EPOCH, "user": "a", "item": "i"},
    {"event_id": "e2", "ts": EPOCH + 1, "user": "b", "item": "i"},
    {"event_id": "e3", "ts": EPOCH + 9, "user": "c", "item": "i"},
]
NOW = EPOCH + 5


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], {}),
        ([("a", None, 1, None)], {"a": 1}),
        ([("a", None, 1, NOW)], {"a": 1}),
        ([("a", None, 1, NOW + 1)], {}),
        ([(None, "e2", 1, NOW)], {"b": 1}),
        ([(None, "e3", 1, None), ("c", None, 1, None), ("x", None, 1, None)], {}),
        ([(None, "e2", 0, EPOCH), (None, "e2", 1, NOW), (None, "x", 1, None)], {"b": 1}),
        ([("a", None, 1, EPOCH), ("a", None, 0, NOW)], {"a": 0}),
        ([("a", None, 0, NOW), ("a", None, 1, EPOCH)], {"a": 0}),
        ([("a", None, 0, NOW), ("a", None, 1, NOW)], {"a": 1}),
        ([("a", None, 0, EPOCH), ("a", None, 1, None)], {"a": 0}),
        ([("a", None, 0, EPOCH), (None, "e1", 1, NOW), ("b", None, 0, None)], {"a": 1, "b": 0}),
    ],
)
def test_one_label_a_user(
    rows: list[tuple[str | None, str | None, int, int | None]],
    expected: dict[str, int],
    tmp_path: Path,
) -> None:
    labels = pa.Table.from_pylist(
        [
            {"user": user, "event_id": event, "label": label, "observed_at": at}
            for user, event, label, at in rows
        ],
        schema=pa.schema(
            [
                field.with_type(pa.int64()) if field.name == "observed_at" else field
                for field in LABEL_SCHEMA
            ]
        ),
    ).cast(LABEL_SCHEMA)
    snapshot = snapshot_of(table_of(EVENTS), tmp_path / "s", as_of=NOW, labels=labels)
    names = ids(snapshot, "user")
    codes = snapshot.labels.user.tolist()
    assert codes == sorted(codes)
    found = zip([names[code] for code in codes], snapshot.labels.label.tolist(), strict=True)
    assert dict(found) == expected
