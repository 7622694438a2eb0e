"""The table of peers; a new one is one class and one row. Listing them imports none."""

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from ringfinder.errors import InputError

if TYPE_CHECKING:  # a benchmark that only lists peers stays small
    from ringfinder.evaluate.peers.protocol import Peer


@dataclass(frozen=True)
class PeerRow:
    """A peer by the `module:class` of its `path`.

    `needs` are the packages it needs beyond the project's own, as an installer names them; `fast`
    says whether it keeps pace as logs grow; `about` describes it in one line.
    """

    path: str
    needs: tuple[str, ...]
    fast: bool
    about: str


_HERE = "ringfinder.evaluate.peers."

PEERS = {
    "fraudar": PeerRow(
        _HERE + "fraudar:Fraudar",
        (),
        fast=True,
        about="greedy peel of the log-weighted user-item graph, 60 blocks (Hooi et al. 2016)",
    ),
    "leiden-modularity": PeerRow(
        _HERE + "leiden:LeidenModularity",
        ("igraph",),
        fast=True,
        about="igraph's Leiden, modularity at a resolution growing with the log",
    ),
    "leiden-cpm": PeerRow(
        _HERE + "leiden:LeidenCpm",
        ("igraph",),
        fast=True,
        about="igraph's Leiden, constant Potts model at 0.02, on log-weighted users and items",
    ),
    "louvain": PeerRow(
        _HERE + "louvain:Louvain",
        (),
        fast=False,
        about="networkx's Louvain, modularity at a resolution growing with the log",
    ),
    "scikit-network": PeerRow(
        _HERE + "scikit_network:ScikitNetwork",
        ("scikit-network",),
        fast=True,
        about="scikit-network's Louvain, bipartite modularity at a resolution growing with the log",
    ),
    "co-action": PeerRow(
        _HERE + "co_action:CoAction",
        ("coordination_network_toolkit",),
        fast=True,
        about="communities of users with two trades within a week of each other's",
    ),
    "synchrotrap": PeerRow(
        _HERE + "synchrotrap:SynchroTrap",
        (),
        fast=True,
        about="accounts whose actions on the same items or ips match in time (Cao et al. 2014)",
    ),
    "identifier-rule": PeerRow(
        _HERE + "identifiers:IdentifierRule",
        (),
        fast=True,
        about="accounts joined by two devices of at most 10 users or ips of at most 50 in common",
    ),
    "time-cells": PeerRow(
        _HERE + "time_cells:TimeCells",
        (),
        fast=True,
        about="users who meet in surprising cells of item and 3 hours, by Leiden at 0.01",
    ),
}


def missing(name: str) -> tuple[str, ...]:
    """The packages of a peer that are not installed; none of them is imported.

    Raises `InputError` for a peer nobody knows.
    """
    return tuple(package for package in _row(name).needs if not _installed(package))


def load(name: str) -> "Peer":
    """The peer of that name; raises `InputError` where it is unknown or lacks a package."""
    lacking = missing(name)
    if lacking:
        raise InputError(
            f"cannot run the peer {name}",
            f"it needs {' and '.join(lacking)}, which is not installed",
            'pip install "ringfinder[peers]"',
        )
    module, peer = _row(name).path.split(":")
    found: Peer = getattr(import_module(module), peer)()
    return found


def _row(name: str) -> PeerRow:
    if name not in PEERS:
        raise InputError(
            f"cannot run the peer {name}", "nobody knows it", f"try {', '.join(PEERS)}"
        )
    return PEERS[name]


def _installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
