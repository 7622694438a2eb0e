"""Drill-down: a case opened in Neo4j Browser by one link, and the kit that serves its guide.

The kit lies in the workspace: guides that Browser shows in its side bar, and the style of what it
draws. A small web server on loopback hands it to Browser, and to nobody else.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ringfinder.cases.guide import general_guide, ring_guide, style_sheet, user_guide
from ringfinder.cases.investigation import Investigation, investigate
from ringfinder.cases.source import CaseSource
from ringfinder.errors import InputError, StoreError
from ringfinder.graph.neo4j.connection import DATABASE, Address, Graph, connected
from ringfinder.graph.neo4j.kit_process import kit_port, port_to_take, stop_serving
from ringfinder.graph.neo4j.kit_server import STYLE, serve
from ringfinder.graph.neo4j.load import state
from ringfinder.pipeline.investigate import case_source
from ringfinder.pipeline.shared_graph import publish_user_case
from ringfinder.store.workspace import Workspace, write_atomically

_GENERAL = "guide.html"
_LOOPBACK = ("localhost", "127.0.0.1")
_USUAL_HTTP = 7474
_KEY_BYTES = 16
_EXAMPLES = {
    "ring": "r_3f2a9c01d7be",
    "user": "u_1842",
    "device": "d_17",
    "item": "i_204",
    "ip": "10.0.0.1",
    "day": "2026-03-21",
}
"""What the questions are asked about where no sweep has found anything yet."""

Page = Callable[..., str]
"""Makes a guide; `style` is the address of the style."""


def link_to(workspace: Workspace, address: Address, subject: str | None) -> str:
    """Give the link to the case of a user or a ring of the sweep that the graph leads to.

    Without a `subject` it is the link to the guide of the twenty questions. Raises `InputError`
    where the graph knows no such user, else as `user_link`.
    """
    if subject is None:
        return general_link(workspace, address)
    with case_source(workspace, as_of=None, address=address) as source:
        ring = _ring(source, subject)
        if ring is not None:
            return ring_link(workspace, address, ring, sweep_id=source.sweep_id)
        return user_link(workspace, address, investigate(source, subject))


def user_link(workspace: Workspace, address: Address, case: Investigation) -> str:
    """Publish the guide of a user's case, and give the link that opens it in Neo4j Browser.

    Raises `InputError` where the graph does not hold the sweep of the case, and `StoreError` where
    the Neo4j server cannot be used or the kit's own does not start.
    """
    with connected(address) as graph:
        _check_published(graph, case.sweep_id)
        if case.ring is None:
            with suppress(StoreError):  # a server that may only be read still shows the rest
                publish_user_case(graph, workspace, case)
        page = partial(user_guide, case)
        return _published(workspace, graph, _case_name(workspace, f"user {case.user}"), page)


def ring_link(
    workspace: Workspace, address: Address, ring: Mapping[str, Any], *, sweep_id: str
) -> str:
    """Publish the guide of a ring, a line of rings.jsonl of a sweep; else as `user_link`."""
    with connected(address) as graph:
        _check_published(graph, sweep_id)
        page = partial(ring_guide, ring)
        return _published(workspace, graph, _case_name(workspace, f"ring {ring['ring_id']}"), page)


def general_link(workspace: Workspace, address: Address) -> str:
    """Publish the guide of the twenty questions; else as `user_link`."""
    with connected(address) as graph:
        page = partial(general_guide, _examples(graph))
        return _published(workspace, graph, _GENERAL, page)


def serve_kit(workspace: Workspace, address: Address, *, ready: Callable[[str], None]) -> None:
    """Serve the kit in this process until it is interrupted.

    `ready` is given the link that opens the guide of the twenty questions. A server of this kit
    that runs apart is stopped, and its links lead here from then on.
    """
    directory = _kit(workspace)
    with connected(address) as graph:
        browser = _browser(graph)
        page = partial(general_guide, _examples(graph))
        style = style_sheet(_declared(graph))

    def begin(port: int) -> None:
        ready(_written(directory, port, style, _GENERAL, page, address, browser))

    port = port_to_take(directory)
    with suppress(KeyboardInterrupt):
        serve(directory, port=port, origins=_origins(browser), ready=begin)


def stop_kit(workspace: Workspace) -> bool:
    """Stop the kit's server where it runs for this workspace; tell whether it did."""
    return stop_serving(_kit(workspace))


def _ring(source: CaseSource, ring_id: str) -> Mapping[str, Any] | None:
    with suppress(InputError):
        return source.ring(ring_id).line
    return None


def _published(workspace: Workspace, graph: Graph, name: str, page: Page) -> str:
    browser = _browser(graph)
    style = style_sheet(_declared(graph))
    directory = _kit(workspace)
    port = kit_port(directory, origins=_origins(browser))
    return _written(directory, port, style, name, page, graph.address, browser)


def _written(
    directory: Path,
    port: int,
    style: str,
    name: str,
    page: Page,
    address: Address,
    browser: str,
) -> str:
    """Write a guide and the style beside it, and give the link that opens the guide."""
    kit = f"http://localhost:{port}"  # the one host that Browser trusts unasked
    write_atomically(directory / STYLE, style.encode())
    write_atomically(directory / name, page(style=f"{kit}/{STYLE}").encode())
    bolt = urlsplit(address.uri)
    host = bolt.netloc
    dbms = f"{bolt.scheme}://{quote(address.user, safe='')}@{host}"
    return f"{browser}/browser/?dbms={dbms}&db={DATABASE}&cmd=guide&arg={kit}/{name}"


def _check_published(graph: Graph, sweep_id: str) -> None:
    if not graph.read("read/has_sweep", sweep=sweep_id)[0]["published"]:
        raise InputError(
            "the graph cannot show this case",
            f"sweep {sweep_id} is not in it",
            "run `ringfinder graph load`, which also publishes the last sweep",
        )


def _browser(graph: Graph) -> str:
    """Say where Neo4j Browser is served: a web address without a path."""
    if graph.address.http is not None:
        return graph.address.http
    rows = graph.read("read/browser")
    port = rows[0]["address"].rpartition(":")[2] if rows else str(_USUAL_HTTP)
    return f"http://{urlsplit(graph.address.uri).hostname}:{port}"


def _origins(browser: str) -> list[str]:
    """List what a browser calls the pages of that address: this machine has two names."""
    parts = urlsplit(browser)
    names = _LOOPBACK if parts.hostname in _LOOPBACK else (parts.hostname,)
    return [f"http://{name}:{parts.port}" for name in names]


def _examples(graph: Graph) -> dict[str, str]:
    (found,) = graph.read("read/examples")
    return {name: found[name] or example for name, example in _EXAMPLES.items()}


def _declared(graph: Graph) -> tuple[str, ...]:
    return tuple((state(graph).log or {}).get("declared", ()))


def _kit(workspace: Workspace) -> Path:
    return workspace.root / "kit"


def _case_name(workspace: Workspace, subject: str) -> str:
    """Name the page of a case so that nobody can guess it who cannot read the kit's directory."""
    path = _kit(workspace) / "key"
    if not path.exists():
        write_atomically(path, secrets.token_bytes(_KEY_BYTES))
    name = hmac.digest(path.read_bytes(), subject.encode("utf-8", "surrogatepass"), "sha256").hex()
    return f"case-{name[:32]}.html"
