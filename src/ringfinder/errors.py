"""Errors a user can meet: what happened, why, and what to try next."""


class RingfinderError(Exception):
    """A failure told in three lines.

    `what` names the failure, `why` its cause, `hint` the next thing to try; `exit_code` is the
    process status of the contract (1 failed work, 2 bad usage or input, 3 a store out of reach).
    """

    exit_code = 1

    def __init__(self, what: str, why: str, hint: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.hint = hint


class WorkError(RingfinderError):
    """The work itself failed; the last good state stands."""


class LeakageError(WorkError):
    """Something later than `as_of` reached code that must not see it."""


class InputError(RingfinderError):
    """A file, an id, an option or a configuration value is unusable."""

    exit_code = 2


class StoreError(RingfinderError):
    """A store or a server cannot be reached, is busy, or is damaged."""

    exit_code = 3
