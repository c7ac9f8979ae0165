"""What archlint says of the pairs in `port_cases`, as a verdict and in words."""

from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.project.adapters import adapters
from archlint.project.conformance import Verdict, conformance
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project
from tests.port_cases import CASES, HEAD, UNTYPED

LIBRARY = Library.parse(data_tables())


def verdict(text: str) -> Verdict:
    """Return what archlint says of `Adapter` and `Port` in a module."""
    module = Module(extract(HEAD + text + UNTYPED, "m", is_package=False), "/m.py")
    project = Project((module,), LIBRARY, Architecture())
    judge = project.query(conformance)
    found = [
        judge.verdict(pair)
        for pair in project.query(adapters).pairs
        if project.class_(pair.adapter)[1].name == "Adapter"
    ]
    assert found, "no pair"
    return next((each for each in found if each.conformance == "no"), found[0])


def told_of_pairs() -> str:
    """Write the verdict on each pair: a line for each mismatch, and what could not be known."""
    return "\n".join(_block(title, verdict(case.text)) for title, case in CASES.items())


def _block(title: str, found: Verdict) -> str:
    lines = [f"{title}: {found.conformance}"]
    for each in found.mismatches:
        kept = f" by {each.kept.owner}" if each.kept is not None else ""
        lines.append(
            f"  {each.kind} {each.promised.owner} {each.promised.name}{kept}: {'; '.join(each.texts)}".rstrip(": ")
        )
    lines += [f"  unknown: {each}" for each in found.unknown]
    return "".join(f"{line}\n" for line in lines)
