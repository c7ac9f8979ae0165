"""What a broken contract's metadata says, as offences; the shapes are import-linter 2.16's and private to it.

Every reader takes the value of one metadata key. Metadata without a known key, or of another shape than
expected, yields no offences: the caller then has the verdict alone.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

Link = tuple[str, str]
"""The importer and the imported module of one edge."""


class Offence(msgspec.Struct, frozen=True, order=True):
    """One illegal import chain, broken at its first link; `reason` ends the message."""

    length: int
    chain: tuple[Link, ...]
    reason: str


class Findings(msgspec.Struct, frozen=True):
    """All that metadata tells: illegal chains, and modules that an exhaustive contract does not declare."""

    offences: tuple[Offence, ...] = ()
    undeclared: tuple[str, ...] = ()


def findings(metadata: Mapping[str, Any]) -> Findings:
    """Read the metadata of a broken contract; the result is sorted, shortest chains first."""
    try:
        offences = {offence for key, read in _READERS.items() if key in metadata for offence in read(metadata[key])}
        undeclared = sorted(str(module) for module in metadata.get("undeclared_modules", ()))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Findings()
    return Findings(tuple(sorted(offences)), tuple(undeclared))


def _layers(dependencies: Any) -> Iterator[Offence]:  # noqa: ANN401 -- private to import-linter
    for dependency in dependencies:
        for route in dependency["routes"]:
            yield from _route(route)


def _chains(pairs: Any) -> Iterator[Offence]:  # noqa: ANN401 -- private to import-linter
    for pair in pairs:
        for chain in pair["chains"]:
            yield from _route(chain if isinstance(chain, Mapping) else {"chain": chain})


def _protected(groups: Any) -> Iterator[Offence]:  # noqa: ANN401 -- private to import-linter
    for group in groups:
        for link in group.illegal_links:
            yield _offence([_link(link)], f", since `{group.top_level_module}` is protected")


def _cycles(breakers: Any) -> Iterator[Offence]:  # noqa: ANN401 -- private to import-linter
    for package, links in breakers.items():
        for importer, imported in links:
            yield _offence([(importer, imported)], f", since it closes a cycle between the children of `{package}`")


def _route(route: Mapping[str, Any]) -> Iterator[Offence]:
    first, *rest = [_link(link) for link in route["chain"]]
    for start in [first, *(_link(link) for link in route.get("extra_firsts", ()))]:
        yield _offence([start, *rest], "")


def _link(link: Mapping[str, str]) -> Link:
    return link["importer"], link["imported"]


def _offence(chain: list[Link], reason: str) -> Offence:
    return Offence(len(chain), tuple(chain), reason)


_READERS: dict[str, Callable[[Any], Iterator[Offence]]] = {
    "invalid_dependencies": _layers,
    "invalid_chains": _chains,
    "illegal_imports": _protected,
    "cycle_breakers_by_package": _cycles,
}
