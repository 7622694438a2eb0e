"""A connection to a Neo4j server: bounded reads, retried writes, and errors told in our words."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j.queries import query

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

Step = tuple[str, Mapping[str, str], Mapping[str, object]]
"""A query under `cypher/`, the names that fill it, and its parameters."""

DATABASE = "neo4j"
READ_TIMEOUT_S = 10.0
WRITE_TIMEOUT_S = 120.0
SUPPORTED = re.compile(r"5\.(2[6-9]|[3-9]\d)(\.|$)")
"""Versions of the server that we work with: the 5.26 long-term line."""

_CONNECT_TIMEOUT_S = 5.0
_RETRY_S = 30.0
_HINTS = {
    "Neo.ClientError.Security.Unauthorized": (
        "the server refuses the user or the password",
        "set RINGFINDER_NEO4J_USER and RINGFINDER_NEO4J_PASSWORD, or neo4j_password_file",
    ),
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        "too many wrong passwords in a short time",
        "wait some seconds, then try with the right password",
    ),
    "Neo.ClientError.Security.CredentialsExpired": (
        "the password is the server's first one and must be changed",
        "change it in Neo4j Browser, then try again",
    ),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": (
        "the database is read-only",
        "make it writable in the server's configuration, or read from it only",
    ),
    "Neo.ClientError.General.WriteOnReadOnlyAccessMode": (
        "the database is read-only",
        "make it writable in the server's configuration, or read from it only",
    ),
    "Neo.ClientError.Transaction.TransactionTimedOut": (
        "the server took too long",
        "try again when it is less busy, or ask for less",
    ),
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": (
        "the server took too long",
        "try again when it is less busy, or ask for less",
    ),
}
_BROKEN = (
    "see that the server's disk has room, restart the server (`ringfinder graph stop`, then "
    "`ringfinder graph start`), then run the same command again"
)
_HINT = "see the server's log, mend what it tells of, then run the same command again"


@dataclass(frozen=True)
class Address:
    """Where a server answers and as whom we go there; `http` is Browser's address if known."""

    uri: str
    user: str
    password: str = field(repr=False)
    http: str | None = None


class Graph:
    """An open connection; every failure of a call is a `StoreError`."""

    def __init__(self, driver: "Driver", address: Address) -> None:
        self._driver = driver
        self.address = address

    def read(
        self,
        name: str,
        names: Mapping[str, str] | None = None,
        *,
        timeout_s: float = READ_TIMEOUT_S,
        **parameters: object,
    ) -> list[dict[str, Any]]:
        """Run the query `name` of `cypher/` in a read transaction and give its rows.

        `names` fill the query's labels and types; `parameters` are bound by the server, which ends
        the query after `timeout_s` seconds.
        """
        work = _work([(name, names or {}, parameters)], timeout_s)
        with self._session("READ") as session:
            return session.execute_read(work)[0]  # type: ignore[no-any-return]

    def write(
        self,
        name: str,
        names: Mapping[str, str] | None = None,
        *,
        timeout_s: float = WRITE_TIMEOUT_S,
        **parameters: object,
    ) -> list[dict[str, Any]]:
        """Run the query `name` in a write transaction of its own, again where the failure passes.

        Deadlocks, lost connections and the like are tried again for half a minute.
        """
        return self.write_all([(name, names or {}, parameters)], timeout_s=timeout_s)[0]

    def write_all(
        self,
        steps: Sequence[Step],
        *,
        timeout_s: float = WRITE_TIMEOUT_S,
    ) -> list[list[dict[str, Any]]]:
        """Run several queries in one transaction: all or none of them."""
        with self._session("WRITE") as session:
            return session.execute_write(_work(steps, timeout_s))  # type: ignore[no-any-return]

    def run(self, text: str) -> list[dict[str, Any]]:
        """Run one statement on its own, outside of our transactions, as schema changes want it."""
        with self._session("WRITE") as session:
            return session.run(text).data()  # type: ignore[no-any-return]

    @contextmanager
    def _session(self, mode: str) -> Iterator[Any]:
        with (
            failures_told(self.address),
            self._driver.session(database=DATABASE, default_access_mode=mode) as session,
        ):
            yield session


def _work(steps: Sequence[Step], timeout_s: float) -> Any:
    from neo4j import unit_of_work  # noqa: PLC0415 - the driver, only where a server is used

    filled = [(query(name).fill(names), dict(values)) for name, names, values in steps]

    @unit_of_work(timeout=timeout_s)
    def work(transaction: "ManagedTransaction") -> list[list[dict[str, Any]]]:
        return [transaction.run(text, values).data() for text, values in filled]

    return work


@contextmanager
def connected(address: Address) -> Iterator[Graph]:
    """Open a connection for the block, or raise `StoreError` where the server is no use to us.

    It must answer, take the user and the password, and be of a version that we support.
    """
    import neo4j  # noqa: PLC0415 - the driver, only where a server is used

    logging.getLogger("neo4j").addHandler(logging.NullHandler())  # failures are told as errors
    with failures_told(address), _addresses_told(address):
        driver = neo4j.GraphDatabase.driver(
            address.uri,
            auth=(address.user, address.password),
            connection_timeout=_CONNECT_TIMEOUT_S,
            max_transaction_retry_time=_RETRY_S,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )
    with driver:
        with failures_told(address), _addresses_told(address):
            agent = driver.get_server_info().agent
        check_version(agent)
        yield Graph(driver, address)


@contextmanager
def _addresses_told(address: Address) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise StoreError(
            f"the Neo4j server {address.uri} cannot be used",
            _first_line(str(error)),
            "give neo4j_uri as bolt://HOST:PORT",
        ) from error


def check_version(agent: str) -> None:
    """Raise `StoreError` for a server, such as `Neo4j/4.4.2`, that we do not support."""
    product, _, version = agent.partition("/")
    if product != "Neo4j" or not SUPPORTED.match(version):
        raise StoreError(
            "this Neo4j server is not supported",
            f"it is {agent}, and we work with Neo4j 5.26 and later versions of the 5 line",
            "use a server of that line, such as the one of `ringfinder graph start`",
        )


@contextmanager
def failures_told(address: Address) -> Iterator[None]:
    """Turn the driver's errors in the block into `StoreError`, without the password."""
    from neo4j.exceptions import (  # noqa: PLC0415 - the driver, only where a server is used
        ConfigurationError,
        DriverError,
        Neo4jError,
    )

    what = f"the Neo4j server {address.uri} cannot be used"
    try:
        yield
    except Neo4jError as error:
        code = error.code or ""
        otherwise = _BROKEN if code.startswith("Neo.DatabaseError") else _HINT
        why, hint = _HINTS.get(code, (_first_line(str(error.message)), otherwise))
        raise StoreError(what, why.replace(address.password or "\0", "***"), hint) from error
    except UnicodeError as error:
        raise InputError(
            "this text cannot be looked for", "it is not valid Unicode", "give it as the log has it"
        ) from error
    except ConfigurationError as error:
        hint = "give neo4j_uri as bolt://HOST:PORT"
        raise StoreError(what, _first_line(str(error)), hint) from error
    except (DriverError, OSError) as error:
        raise StoreError(
            what,
            f"it does not answer: {_first_line(str(error))}",
            "start the server (`ringfinder graph start`), or correct neo4j_uri",
        ) from error


def _first_line(text: str) -> str:
    """The first line, and the second where the first only leads to it."""
    lines = text.strip().splitlines() or ["no reason was given"]
    return " ".join(line.strip() for line in lines[: 1 + lines[0].endswith(":")])
