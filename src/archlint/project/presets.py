"""The architectures that can be chosen by name: which role may not import which, and which contracts follow."""

from collections.abc import Mapping

PRESETS = ("hexagonal", "layered", "contexts", "django-apps")

_CLEAN: Mapping[str, frozenset[str]] = {
    "domain": frozenset({"application", "infrastructure", "presentation", "composition"}),
    "application": frozenset({"infrastructure", "presentation"}),
    "presentation": frozenset({"infrastructure"}),
}
MATRICES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "": _CLEAN,
    "hexagonal": {**_CLEAN, "infrastructure": frozenset({"presentation"})},
    "layered": {
        "domain": frozenset({"application", "infrastructure", "presentation", "composition"}),
        "infrastructure": frozenset({"application", "presentation"}),
        "application": frozenset({"presentation"}),
    },
    "contexts": _CLEAN,
    "django-apps": _CLEAN,
}
"""Preset -> role -> the roles whose modules its modules may not import."""

INTERFACE = (
    *("api", "contract", "contracts", "events", "facade", "integration_events", "interface", "interfaces", "public"),
    *("*.events", "*.integration_events"),
)
"""Modules of a bounded context that are there for the others."""
SHARED = frozenset(
    {"base", "common", "core", "kernel", "lib", "libs", "seedwork", "shared", "shared_kernel", "sharedkernel", "utils"}
)
"""Packages beside bounded contexts that are none, but what they have in common."""

APP_INTERNALS = (
    *("admin", "consumers", "forms", "handlers", "management", "migrations", "receivers", "serializers"),
    *("tasks", "templatetags", "urls", "views", "viewsets"),
)
"""Modules of a Django app that are nobody else's business."""
APP_LAYERS = (("urls",), ("admin", "views", "viewsets"), ("forms", "serializers"), ("models",))
"""Modules of a Django app from high to low."""
