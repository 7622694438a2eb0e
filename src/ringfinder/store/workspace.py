"""The workspace: where state lies on disk, and how it is written so that a crash loses nothing."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ringfinder.errors import StoreError

_LOCK_POLL_S = 0.05
_DISK_ERRORS = {
    errno.ENOSPC: "free disk space or choose another --workspace, then run the same command again",
    errno.EDQUOT: "free disk quota or choose another --workspace, then run the same command again",
    errno.EACCES: "give yourself the right to write there, or choose another --workspace",
    errno.EPERM: "give yourself the right to write there, or choose another --workspace",
    errno.EROFS: "choose a --workspace on a file system that can be written",
    errno.EEXIST: "choose a --workspace that is a directory",
    errno.ENOTDIR: "choose a --workspace that is a directory",
    errno.EIO: "check the disk",
}


@dataclass(frozen=True)
class Workspace:
    """The directory that holds everything ringfinder keeps; nothing is created until written."""

    root: Path

    @property
    def lake(self) -> Path:
        """The event lake."""
        return self.root / "lake"

    @property
    def snapshots(self) -> Path:
        """Snapshots, one directory a key."""
        return self.root / "snapshots"

    @property
    def models(self) -> Path:
        """Trained bundles, one directory a name."""
        return self.root / "models"

    @property
    def sweeps(self) -> Path:
        """Sweeps, one directory an id, and `LAST`, which holds the id of the last one."""
        return self.root / "sweeps"

    @property
    def candidates(self) -> Path:
        """Candidate groups that sweeps have scored, one directory a digest of their content."""
        return self.root / "candidates"

    @property
    def casebook(self) -> Path:
        """The SQLite file of decisions."""
        return self.root / "casebook.sqlite"


@contextmanager
def disk_errors_told(path: Path) -> Iterator[None]:
    """Turn the errors of a full, read-only or broken disk met while writing into `StoreError`."""
    try:
        yield
    except OSError as error:
        hint = _DISK_ERRORS.get(error.errno or 0)
        if hint is None:
            raise
        raise StoreError(f"cannot write {path}", os.strerror(error.errno or 0), hint) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path`: readers see the old bytes or the new ones, and a crash changes neither.

    Raises `StoreError` when the disk is full or may not be written.
    """
    with disk_errors_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.parent / f".{path.name}.partial-{os.getpid()}"
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        sync(path.parent)


@contextmanager
def new_directory(final: Path) -> Iterator[Path]:
    """Yield an empty temporary sibling of `final` that takes its place when the block succeeds.

    A directory that stood at `final` is replaced. On failure the sibling is removed and `final` is
    as before. Raises `StoreError` when the disk is full or may not be written.
    """
    with disk_errors_told(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        _mend(final)
        partial = final.parent / f".{final.name}.partial-{os.getpid()}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
            for path in sorted(partial.rglob("*")):
                sync(path)
            sync(partial)
            replaced = final.parent / f".{final.name}.replaced-{os.getpid()}"
            if final.exists():
                final.rename(replaced)
            partial.rename(final)
            sync(final.parent)
            shutil.rmtree(replaced, ignore_errors=True)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _mend(final: Path) -> None:
    """Remove what killed processes left beside `final`, and put back what one had set aside."""
    for path in sorted(final.parent.glob(f".{final.name}.*-*")):
        pid = path.name.rpartition("-")[2]
        if not pid.isdigit() or _alive(int(pid)):
            continue
        if path.name.startswith(f".{final.name}.replaced-") and not final.exists():
            path.rename(final)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def lock(workspace: Workspace, name: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the workspace's lock `name` for the block; it falls with the process, however it ends.

    Raises `StoreError`, naming the holder's pid, when another process still holds it after
    `wait_s` seconds.
    """
    with locked(workspace.root / f"{name}.lock", wait_s=wait_s):
        yield


@contextmanager
def locked(
    path: Path, *, wait_s: float = 0.0, busy: str = "the workspace is busy"
) -> Iterator[None]:
    """Hold an exclusive lock on the file `path` for the block, as `lock` does.

    `busy` says what is in use when another process holds it.
    """
    with disk_errors_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    with file:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    raise StoreError(
                        busy,
                        f"process {file.read().strip() or 'unknown'} holds {path}",
                        "wait until it has ended, then run the same command again",
                    ) from None
                time.sleep(_LOCK_POLL_S)
        with disk_errors_told(path):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield


def sync(path: Path) -> None:
    """Bring a file's or a directory's content to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
