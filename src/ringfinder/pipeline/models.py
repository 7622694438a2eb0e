"""Which model a command uses: the one named, the workspace's own, or the shipped one."""

from importlib.resources import files
from pathlib import Path

from ringfinder.errors import InputError
from ringfinder.store.workspace import Workspace

DEFAULT = "model"
"""Name of the bundle that `train` writes and `sweep` prefers."""

SHIPPED = "base"


def shipped_model() -> Path:
    """The bundle that comes with ringfinder."""
    return Path(str(files("ringfinder.models"))) / SHIPPED


def model_directory(workspace: Workspace, name: str | None) -> Path:
    """The bundle of that name; without a name the workspace's own, else the shipped one."""
    if name is None:
        own = workspace.models / DEFAULT
        return own if own.is_dir() else shipped_model()
    if name == SHIPPED:
        return shipped_model()
    directory = workspace.models / checked_name(name)
    if not directory.is_dir():
        known = sorted(path.name for path in workspace.models.glob("[!.]*"))
        raise InputError(
            f"there is no model {name!r}",
            f"this workspace has {', '.join(known) if known else 'none of its own'}",
            f"train it with `ringfinder train --model {name}`, or name {SHIPPED!r}",
        )
    return directory


def checked_name(name: str) -> str:
    """The name, where it can be that of a directory of one's own; `InputError` otherwise."""
    if name == SHIPPED or not name or name.startswith(".") or "/" in name or "\0" in name:
        raise InputError(
            f"a model cannot be called {name!r}",
            f"{SHIPPED!r} is the shipped one, and a name is that of a directory",
            "choose a name of letters, digits and dashes",
        )
    return name
