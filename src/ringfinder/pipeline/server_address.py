"""Where the shared graph is: the server that is configured, else the workspace's own."""

from pathlib import Path

from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j.connection import Address
from ringfinder.graph.neo4j.server import running
from ringfinder.settings import Settings


def address_of(settings: Settings) -> Address | None:
    """Say where the shared graph is: at the configured server, else at the workspace's own.

    None where neither is there: none is configured, and the own one does not run. Raises
    `InputError` where the file of the password cannot be read.
    """
    if settings.neo4j_uri is None:
        own = running(settings.workspace)
        return None if own is None else own.address()
    password = settings.neo4j_password
    if password is None and settings.neo4j_password_file is not None:
        password = _password(Path(settings.neo4j_password_file))
    return Address(settings.neo4j_uri, settings.neo4j_user, password or "")


def needed_address(settings: Settings) -> Address:
    """Say where the shared graph is, as `address_of`; raise `StoreError` where there is none."""
    address = address_of(settings)
    if address is None:
        raise StoreError(
            "there is no Neo4j server to go to",
            "none is configured, and this workspace's own does not run",
            "run `ringfinder graph start`, or set neo4j_uri (RINGFINDER_NEO4J_URI)",
        )
    return address


def _password(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, ValueError) as problem:
        raise InputError(
            f"the password file {path} cannot be read",
            getattr(problem, "strerror", None) or "it is not UTF-8",
            "name a file that holds the password alone with neo4j_password_file",
        ) from problem
