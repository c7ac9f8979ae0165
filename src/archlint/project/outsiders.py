"""Ports that something from outside of the project is given for, such as a client of a library."""

from collections.abc import Iterator

from archlint.project.program import Module, Project
from archlint.project.takers import Takers, takers
from archlint.project.types import Types, types


def fulfilled_from_outside(project: Project) -> frozenset[str]:
    """Answer the query for ports that a class of a library is a default, an argument or a result for."""
    known, resolver = project.query(takers), project.query(types)
    found = (each for module in project.modules for each in _given(known, module))
    return frozenset(port for port, reference in found if _is_outside(resolver, reference))


def _given(known: Takers, module: Module) -> Iterator[tuple[str, str]]:
    """Yield ports with what is given for them."""
    for function in module.facts.functions:
        given = [(each.annotation, each.default) for each in function.parameters]
        given += [(function.returns, value) for value in function.values]
        for annotation, value in given:
            port = known.port_of(annotation)[0] or known.class_port_of(annotation) if annotation and value else ""
            if port:
                yield port, value
    yield from ((slot.port, value) for _, slot, value, _ in known.filled_in(module) if slot.port)


def _is_outside(resolver: Types, reference: str) -> bool:
    values = resolver.infer(reference)
    return bool(values) and not any("@" in each.name or each.name.startswith("builtins.") for each in values)
