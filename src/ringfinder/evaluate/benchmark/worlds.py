"""Which worlds a benchmark runs on: directories somebody names, simulated and planted ones."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import ringfinder
from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark.source import code_digest
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.events.simulator.knobs import AT_REST, parse_knobs
from ringfinder.events.simulator.mixes import MIXES

if TYPE_CHECKING:  # planting needs pandas, which a plan does not
    from ringfinder.evaluate.benchmark.planting import Planting

LOG = "events.parquet"
_REQUIRED = (LOG, "truth_users.csv")
_FILES = (
    *_REQUIRED,
    "truth_rings.csv",
    "truth_events.parquet",
    "benign_groups.csv",
    "planted.csv",
)
_LABELS = "labels_train.csv"
_SIMULATOR = "ringfinder.events.simulator.simulate"


@dataclass(frozen=True)
class Recipe:
    """What `ringfinder simulate` is asked for; `knob` and `value` are None for all at rest."""

    engine: str
    mix: str
    events: int
    seed: int
    knob: str | None = None
    value: float | None = None

    @property
    def base(self) -> str:
        """The name of what worlds of other seeds and with a turned knob have in common."""
        return f"{self.engine}-{self.mix}-{short(self.events)}"

    @property
    def setting(self) -> str:
        """The name of what worlds of other seeds have in common."""
        return self.base if self.knob is None else f"{self.base}-{self.knob}={self.value:g}"

    @property
    def name(self) -> str:
        """A name of its own, that can be a directory's."""
        seeded = f"{self.base}-s{self.seed}"
        return seeded if self.knob is None else f"{seeded}-{self.knob}={self.value:g}"

    def command(self, out: Path) -> list[str]:
        """The command that writes this world into the directory `out`."""
        words = [sys.executable, "-P", "-m", "ringfinder", "--quiet", "simulate"]
        words += ["--events", str(self.events), "--seed", str(self.seed), "--mix", self.mix]
        words += ["--engine", self.engine, "--out", str(out)]
        return words if self.knob is None else [*words, "--knob", f"{self.knob}={self.value:g}"]


@dataclass(frozen=True)
class World:
    """One world: of a `recipe` or a `planting`, or in a `directory`; `key` digests its content."""

    name: str
    key: str
    recipe: Recipe | None = None
    directory: Path | None = None
    planting: "Planting | None" = None

    @property
    def setting(self) -> str:
        """The name of what worlds of other seeds have in common with it."""
        made = self.recipe or self.planting
        return self.name if made is None else made.setting


@dataclass(frozen=True)
class Choice:
    """Simulated worlds: every mix, engine, number of events and seed with every other.

    `vary` holds words like "camouflage=0,1,4": each world also with that knob at each value.
    """

    mixes: Sequence[str] = ("mixed",)
    engines: Sequence[str] = ("tastes",)
    events: Sequence[int] = (300_000,)
    seeds: Sequence[int] = (1,)
    vary: Sequence[str] = ()


def asked(**lists: Sequence[str] | Sequence[int] | None) -> Choice | None:
    """The choice of what was given of the fields of `Choice`; None where nothing was."""
    given = {name: tuple(values) for name, values in lists.items() if values}
    return Choice(**given) if given else None  # type: ignore[arg-type]


def simulated(choice: Choice) -> list[World]:
    """The worlds of a choice, each once; raises `InputError` for names and values nobody knows."""
    _known("mix", choice.mixes, MIXES)
    _known("engine", choice.engines, ENGINES)
    turned = [pair for word in choice.vary for pair in _turned(word)]
    recipes: dict[Recipe, None] = {}
    for events, engine, mix, seed in product(
        choice.events, choice.engines, choice.mixes, choice.seeds
    ):
        base = Recipe(engine, mix, events, seed)
        recipes[base] = None
        recipes |= {replace(base, knob=knob, value=value): None for knob, value in turned}
    return [World(recipe.name, _recipe_key(recipe), recipe=recipe) for recipe in recipes]


def planted(plantings: "Sequence[Planting]") -> list[World]:
    """The worlds of these plantings."""
    return [World(one.name, one.key, planting=one) for one in plantings]


def named(directories: Sequence[Path]) -> list[World]:
    """The worlds in these directories, called by the directory; of one name, by its digest too.

    Raises `InputError` for a directory that is no world with its truth.
    """
    found = {_checked(directory).resolve(): None for directory in directories}
    count = Counter(directory.name for directory in found)
    worlds = []
    for directory in found:
        key = _content_key(directory)
        name = directory.name if count[directory.name] == 1 else f"{directory.name}-{key[:6]}"
        worlds.append(World(name, key, directory=directory))
    return worlds


def _known(what: str, names: Sequence[str], table: Collection[str]) -> None:
    for name in names:
        if name not in table:
            raise InputError(
                f"there is no {what} {name!r}",
                f"worlds are simulated with a {what} of this list",
                f"name one of {', '.join(table)}",
            )


def _turned(word: str) -> list[tuple[str, float]]:
    """The knob and each value of a word like "camouflage=0,1,4" that is not the value at rest."""
    knob, mark, values = word.partition("=")
    if not mark or not values:
        raise InputError(
            f"cannot vary {word!r}",
            "it names no knob with values",
            "write the knob and its values, as --vary camouflage=0,1,4",
        )
    pairs = [(knob, getattr(parse_knobs([f"{knob}={text}"]), knob)) for text in values.split(",")]
    return [(name, value) for name, value in pairs if value != getattr(AT_REST, name)]


def _recipe_key(recipe: Recipe) -> str:
    code = code_digest(_SIMULATOR, ENGINES[recipe.engine].partition(":")[0])
    told = json.dumps([asdict(recipe), code, ringfinder.__version__], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _checked(directory: Path) -> Path:
    for name in _REQUIRED:
        if not (directory / name).is_file():
            what = "truth" if name != LOG else "log"
            raise InputError(
                f"{directory} holds no {what}",
                f"there is no file {name} in it",
                "name a world: a directory written by `ringfinder simulate`, or one like it",
            )
    return directory


def _content_key(directory: Path) -> str:
    """A digest of the log and the truth; of the files that are there, size and SHA-256."""
    told = []
    for name in (*_FILES, _LABELS):
        path = directory / name
        if path.is_file():
            told.append((name, path.stat().st_size, _sha256(path)))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"cannot read {path}", str(error), "give yourself the right to read it"
        ) from error


def short(events: int) -> str:
    """300k for 300,000, 2m for 2,000,000, else the number."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if events % size == 0:
            return f"{events // size}{letter}"
    return str(events)
