"""All ports of a project, who is meant to fulfil them, by what evidence, and whether they do."""

from collections.abc import Iterator

import msgspec

from archlint.model import Place
from archlint.project.adapters import adapters
from archlint.project.conformance import Mismatch, conformance
from archlint.project.layers import layers
from archlint.project.ports import Pair, is_test_class, ports
from archlint.project.program import Project


class AdapterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A class that is meant to fulfil a port.

    `site` is where the evidence is written; `conformance` is yes, no or unknown; `mismatches` are (member, kind, what
    differs), `unknown` what could not be judged. `is_fake` says that it stands in test code.
    """

    name: str
    module: str
    place: Place
    evidence: str
    site: Place
    conformance: str
    mismatches: tuple[tuple[str, str, str], ...]
    unknown: tuple[str, ...]
    is_fake: bool


class PortEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A port: the class, its layer role (empty: none), what it asks for, and its adapters."""

    name: str
    module: str
    place: Place
    role: str
    members: tuple[str, ...]
    adapters: tuple[AdapterEntry, ...]


def inventory(project: Project, *, fakes: bool) -> Iterator[PortEntry]:
    """Yield every port outside of tests, in order of module and place; fakes of tests among the adapters on request."""
    known = project.query(ports)
    roles = project.query(layers)
    joined: dict[str, list[Pair]] = {}
    for pair in project.query(adapters).pairs:
        if pair.adapter not in known.port_set and (fakes or not is_test_class(project, pair.adapter)):
            joined.setdefault(pair.port, []).append(pair)
    for key in sorted(known.ports, key=lambda each: (project.class_(each)[0].path, project.class_(each)[1].start)):
        module, fact = project.class_(key)
        if is_test_class(project, key):
            continue
        yield PortEntry(
            name=fact.qualname,
            module=module.name,
            place=module.place(fact.start, fact.end),
            role=roles.role(module.name),
            members=tuple(member.name for member in known.promised(key)),
            adapters=tuple(_adapter(project, pair) for pair in joined.get(key, ())),
        )


def _adapter(project: Project, pair: Pair) -> AdapterEntry:
    module, fact = project.class_(pair.adapter)
    known = project.query(ports)
    verdict = project.query(conformance).verdict(pair)
    partial = known.is_abstract(pair.adapter) or known.has_subclass(pair.adapter)
    where, start, end = pair.site
    mismatches = [each for each in verdict.mismatches if each.kind != "missing" or not partial]
    serious = any(each.kind != "name" for each in mismatches)
    return AdapterEntry(
        name=fact.qualname,
        module=module.name,
        place=module.place(fact.start, fact.end),
        evidence=pair.evidence,
        site=project.by_name[where].place(start, end),
        conformance="no" if serious else ("unknown" if verdict.unknown else "yes"),
        mismatches=tuple((each.promised.name, each.kind, _said(each)) for each in mismatches),
        unknown=verdict.unknown,
        is_fake=is_test_class(project, pair.adapter),
    )


def _said(mismatch: Mismatch) -> str:
    plain = {
        "missing": "it is missing",
        "async": "one is `async def`, the other `def`",
        "stream": "the port's `async def` has no `yield`",
    }
    return plain.get(mismatch.kind) or "; ".join(mismatch.texts)
