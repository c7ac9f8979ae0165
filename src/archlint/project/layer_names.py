"""Which layer role a module plays by the names of the packages around it, where they cannot be mistaken."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import msgspec

from archlint.project.asides import is_test
from archlint.project.program import Project

ROLES = ("domain", "application", "infrastructure", "presentation", "composition", "tests")
INNER = frozenset({"domain", "application"})

NAMES: Mapping[str, str] = {
    "domain": "domain",
    "entities": "domain",
    "application": "application",
    "service_layer": "application",
    "use_case": "application",
    "use_cases": "application",
    "usecase": "application",
    "usecases": "application",
    "interactors": "application",
    "infrastructure": "infrastructure",
    "infrastructures": "infrastructure",
    "infra": "infrastructure",
    "adapter": "infrastructure",
    "adapters": "infrastructure",
    "adaptors": "infrastructure",
    "outbound": "infrastructure",
    "persistence": "infrastructure",
    "presentation": "presentation",
    "entrypoints": "presentation",
    "inbound": "presentation",
    "dominio": "domain",
    "aplicacion": "application",
    "aplicacao": "application",
    "infraestructure": "infrastructure",
    "infraestructura": "infrastructure",
    "infraestrutura": "infrastructure",
}
"""The role of packages whose names cannot be mistaken."""
_WEAK: Mapping[str, str] = {
    "model": "domain",
    "models": "domain",
    "services": "application",
    "repositories": "infrastructure",
    "gateways": "infrastructure",
    "db": "infrastructure",
    "database": "infrastructure",
    "api": "presentation",
    "web": "presentation",
    "controllers": "presentation",
    "routers": "presentation",
    "routes": "presentation",
    "endpoints": "presentation",
}
_CLIENTS = frozenset({"client", "clients", "sdk"})
"""Packages that offer a service to other programs: their entities are what it answers with, and ask it themselves."""
COMPOSITION = frozenset(
    {
        "bootstrap",
        "composition",
        "composition_root",
        "container",
        "containers",
        "dependencies",
        "dependency_injection",
        "deps",
        "di",
        "injection",
        "ioc",
        "main",
        "wiring",
    }
)
"""Names of packages and modules that join the others."""
_FACES = frozenset({"controllers", "endpoints", "presentation", "router", "routers", "routes", "views"})
"""What no domain holds: a `domain` with these in it is a folder of features, each with layers of its own."""
_FACE_MODULES = _FACES | {"api", "controller", "endpoint", "route", "view"}
_WEB = frozenset({"fastapi", "flask", "starlette", "litestar", "sanic", "quart", "falcon", "rest_framework", "aiohttp"})
_PORTS = frozenset({"abstractions", "contracts", "interface", "interfaces", "port", "ports", "protocols"})
_GATES = frozenset({"delivery", "interface", "interfaces"})
"""Names of packages that are the way into a program if they hold ways in, and else anything, ports above all."""
_FEW = 8
"""One in so many children of a package, at least, has the name of a layer when they are layers."""


@cache
def sure_role(name: str) -> str:
    """Return the role of a name that cannot be mistaken, also as `Domain` and `domain_layer`; empty for others."""
    return NAMES.get(name) or NAMES.get(name.lower().removesuffix("_layer"), "")


class Layer(msgspec.Struct, frozen=True):
    """The role of a module; `sure` is false when it only follows from a name that means other things too.

    So do the names of single modules: `application.py` may hold anything.
    """

    role: str
    sure: bool = True


Place = Callable[[str, bool], Layer | None]
"""What tells the layer of a module from its name, and whether it is a test."""


def by_name(project: Project) -> Place:
    """Return what tells the layers of a project in which none is configured."""
    layered = _layered_packages(project)
    return lambda name, test: Layer("tests") if test else _inferred(name.split("."), layered)


def _inferred(parts: list[str], layered: "_Layered") -> Layer | None:
    inside = [position for position in range(len(parts)) if ".".join(parts[:position]) in layered.parents]
    for position in inside:
        part, package = parts[position], ".".join(parts[: position + 1]) in layered.packages
        if part in COMPOSITION:
            return Layer("composition")
        role = sure_role(part) or _weak_role(part, package=package)
        if role is None and ".".join(parts[: position + 1]) in layered.gates:
            return Layer("presentation", sure=False)
        if role == "domain" and (
            ".".join(parts[: position + 1]) in layered.features or parts[max(position - 1, 0)] in _CLIENTS
        ):
            return None
        if role is not None:
            below = parts[position + 1 :]
            if role != "domain" and not COMPOSITION.isdisjoint(below):
                return Layer("composition")
            whole = ".".join(parts)
            folders = below if whole in layered.packages or whole in layered.faces else below[:-1]
            return _within(role, parts[: position + 1], folders, layered, sure=bool(sure_role(part)) and package)
    wiring = bool(inside) and not COMPOSITION.isdisjoint(parts[inside[0] :])
    return Layer("composition", sure=False) if wiring else None


def _within(role: str, package: list[str], folders: list[str], layered: "_Layered", *, sure: bool) -> Layer:
    """Return the layer of what lies in `folders` below a package that plays `role`.

    A slice keeps adapters inside, and who calls the program its application has the way in there: `application/api`.
    What is called so among ports is a port.
    """
    for end in range(len(folders) if role in INNER else 0):
        if folders[end] in _PORTS:
            break
        inner = sure_role(folders[end])
        if role == "application" and ".".join((*package, *folders[: end + 1])) in layered.faces:
            inner = "presentation"
        if inner and inner not in INNER:
            return Layer(inner, sure=False)
    return Layer(role, sure=sure)


def _weak_role(name: str, *, package: bool) -> str | None:
    """Return the role of a name that means other things too: the module `api.py` is often just the public face."""
    role = _WEAK.get(name)
    return None if role == "presentation" and not package else role


class _Layered(msgspec.Struct, frozen=True):
    """The packages whose children are layers, and all packages there are.

    `features` are those that hold features, faces and all; `faces` those with nothing but ways into the program, and
    modules that are one; `gates` hold faces and are called `interfaces`.
    """

    parents: frozenset[str]
    packages: frozenset[str]
    features: frozenset[str]
    faces: frozenset[str]
    gates: frozenset[str]


def _layered_packages(project: Project) -> _Layered:
    """Find the packages whose children are layers: two roles side by side, told by names that cannot be mistaken."""
    children: dict[str, set[str]] = {}
    packages: set[str] = set()
    for name, module in project.by_name.items():
        if is_test(module):
            continue
        parts = name.split(".")
        for position, part in enumerate(parts):
            children.setdefault(".".join(parts[:position]), set()).add(part)
            if position < len(parts) - 1 or module.facts.is_package:
                packages.add(".".join(parts[: position + 1]))
    parents = {parent for parent, names in children.items() if _is_layered(parent, names, packages)}
    for parent, names in children.items():
        cores = _cores(parent, names, children, packages)
        parents.update([parent, *cores] if cores else ())
    parents.update([above for parent in parents for above in _shared(parent, children, packages)])
    faces = frozenset((*_ways_in(project.by_name), *_endpoint_modules(project)))
    gates = frozenset(gate for face in faces for gate in _gates(face))
    return _Layered(frozenset(parents), frozenset(packages), frozenset(_features(packages)), faces, gates)


def _gates(face: str) -> Iterator[str]:
    """Yield the packages around a way in that are called as if they held ways in: `interface/orders/views.py`."""
    parts = face.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts)) if parts[end - 1] in _GATES)


def _ways_in(modules: Iterable[str]) -> Iterator[str]:
    """Yield the packages with names of ways in that have some in them: `api` may be any offer of a program."""
    for name in modules:
        parts = name.split(".")
        for position, part in enumerate(parts):
            if _WEAK.get(part) == "presentation" and not _FACES.isdisjoint(parts[position:]):
                yield ".".join(parts[: position + 1])


def _endpoint_modules(project: Project) -> Iterator[str]:
    """Yield the modules with names of ways in that import what makes one: `add_book/api.py` in a slice."""
    for name, module in project.by_name.items():
        if name.rpartition(".")[2] in _FACE_MODULES and any(
            each.target.partition(".")[0] in _WEB for each in module.facts.imports
        ):
            yield name


def _features(packages: set[str]) -> Iterator[str]:
    for package in packages:
        parts = package.split(".")
        if parts[-1] in _FACES:
            yield from (".".join(parts[:end]) for end in range(1, len(parts)) if sure_role(parts[end - 1]) == "domain")


def _is_layered(parent: str, names: set[str], packages: set[str]) -> bool:
    """Tell whether the children of a package are layers; where these are few among many, their names mean other things.

    A package of use cases makes no layers with a single module called `adapters`, nor with `models`.
    """
    sure = _sure_packages(parent, names, packages)
    modules = {role for name in names if (role := sure_role(name))}
    weak = {name: _weak_role(name, package=_dotted(parent, name) in packages) for name in names if name in _WEAK}
    if not sure or len(modules.union(weak.values()) - {None}) < 2 or _are_others(names):
        return False
    around = {role for name, role in weak.items() if _dotted(parent, name) in packages} - INNER
    return "domain" in modules or len(sure) >= 2 or ("application" in sure and bool(around))


def _cores(parent: str, names: set[str], children: Mapping[str, set[str]], packages: set[str]) -> list[str]:
    """Return the packages of nothing but inner layers that outer ones stand beside: `core/domain`, `adapters`."""
    if _sure_packages(parent, names, packages) <= INNER:
        return []
    homes = [_dotted(parent, name) for name in names if not sure_role(name)]
    roles = {home: _sure_packages(home, children.get(home, set()), packages) for home in homes}
    return [home for home, found in roles.items() if found and found <= INNER]


def _shared(parent: str, children: Mapping[str, set[str]], packages: set[str]) -> Iterator[str]:
    """Yield the packages around layers that hold some themselves: `infrastructure` beside `modules.sales.domain`."""
    parts = parent.split(".")
    for end in range(1, len(parts)):
        around = ".".join(parts[:end])
        names = children[around] - {parts[end]}
        if _sure_packages(around, names, packages) and not _are_others(names):
            yield around


def _are_others(names: set[str]) -> bool:
    """Tell whether too few of the children of a package have names of layers."""
    return len(names) > _FEW * sum(bool(sure_role(name)) or name in _WEAK or name in COMPOSITION for name in names)


def _sure_packages(parent: str, names: set[str], packages: set[str]) -> set[str]:
    """Return the roles of the packages below a parent whose names cannot be mistaken."""
    return {role for name in names if (role := sure_role(name)) and _dotted(parent, name) in packages}


def _dotted(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent else name
