"""All contracts that hold for a project: the user's own, those of the preset, and contexts inferred from names."""

from collections.abc import Iterator

from archlint.model import Severity
from archlint.project.asides import is_test
from archlint.project.contracts import Contract, Line, Sibling
from archlint.project.layer_names import INNER, sure_role
from archlint.project.layers import layers
from archlint.project.members import Members
from archlint.project.presets import APP_INTERNALS, APP_LAYERS, INTERFACE, SHARED
from archlint.project.program import Module, Project

_APP_CONFIGS = frozenset({"django.apps.AppConfig", "django.apps.config.AppConfig"})
_AT_IMPORT = frozenset({"runtime"})


def contracts(project: Project) -> tuple[Contract, ...]:
    """Answer the query for contracts; those that are only inferred have no name."""
    own = project.architecture.contracts
    preset = project.architecture.preset
    if preset == "django-apps":
        return (*own, *_django(project))
    if any(contract.type == "contexts" for contract in own):
        return own
    found = bounded_contexts(project)
    if not found:
        return own
    inferred = preset != "contexts"
    return (
        *own,
        Contract(
            name="" if inferred else "preset contexts",
            type="contexts",
            severity=Severity.WARNING if inferred else None,
            modules=found,
            interface=(*INTERFACE, *_event_modules(project, found)),
        ),
    )


def bounded_contexts(project: Project) -> tuple[str, ...]:
    """Return the packages that stand side by side, two or more, and hold a domain or application layer each."""
    roles = project.query(layers)
    homes: dict[str, str] = {}
    for name, module in project.by_name.items():
        parts = name.split(".")
        inner = [sure_role(part) in INNER for part in parts]
        position = inner.index(True) if True in inner else 0
        is_package = position < len(parts) - 1 or module.facts.is_package
        if is_package and (roles.role(name) in INNER or (parts[position] == "domain" and not is_test(module))):
            homes.setdefault(".".join(parts[:position]), _folder(module, len(parts) - position))
    by_parent: dict[tuple[str, str], list[str]] = {}
    for home in sorted(homes.keys() - {""}):
        parent, _, name = home.rpartition(".")
        if name not in SHARED:
            by_parent.setdefault((parent, "" if parent else homes[home]), []).append(home)
    return tuple(home for place in sorted(by_parent) for home in by_parent[place] if len(by_parent[place]) > 1)


def _folder(module: Module, depth: int) -> str:
    """Return the folder that holds the package so many names around a module: a library has one of its own."""
    inside = module.path.removesuffix("/__init__.py") if module.facts.is_package else module.path
    return inside.rsplit("/", depth + 1)[0]


def _event_modules(project: Project, contexts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules of contexts, by their names in them, that are called after their events: `order_events`."""
    names = (name for name in project.by_name if name.endswith("_events"))
    return tuple(sorted({name[len(each) + 1 :] for name in names for each in contexts if name.startswith(f"{each}.")}))


def django_apps(project: Project) -> tuple[str, ...]:
    """Return the packages that have an `AppConfig` in their module `apps`, sorted."""
    return tuple(
        name.removesuffix(".apps")
        for name, module in sorted(project.by_name.items())
        if name.endswith(".apps") and any(_APP_CONFIGS.intersection(class_.bases) for class_ in module.facts.classes)
    )


def _django(project: Project) -> Iterator[Contract]:
    apps = django_apps(project)
    members = project.query(Members)
    if not apps:
        return
    yield Contract(
        name="preset django-apps", type="contexts", severity=Severity.WARNING, modules=apps, internal=APP_INTERNALS
    )
    lines = tuple(Line(tuple(Sibling(name, optional=True) for name in names)) for names in APP_LAYERS)
    layered = tuple(
        app for app in apps if sum(bool(members.matching(f"{app}.{line.siblings[0].pattern}")) for line in lines) > 1
    )
    yield Contract(
        name="preset django-apps: layers of an app",
        type="layers",
        severity=Severity.WARNING,
        kinds=_AT_IMPORT,
        layers=lines,
        containers=layered,
    )
