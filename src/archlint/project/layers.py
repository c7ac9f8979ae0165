"""Which layer role each module plays: as configured, or as conventional package names say."""

from operator import itemgetter

from archlint.project.asides import is_named_as_test, is_test
from archlint.project.layer_names import Layer, Place, by_name
from archlint.project.patterns import compile_reach
from archlint.project.presets import MATRICES
from archlint.project.program import Project


class Layers:
    """Role by module name.

    `inferred` says whether names decided, because nothing is configured; `forbidden` which roles one may not import.
    """

    def __init__(self, project: Project) -> None:
        self.inferred = not project.architecture.layers
        self.forbidden = MATRICES[project.architecture.preset]
        self._place = by_name(project) if self.inferred else _by_configuration(project)
        placed = ((name, self._place(name, is_test(module))) for name, module in sorted(project.by_name.items()))
        self._layers = {name: layer for name, layer in placed if layer is not None}

    def of(self, module: str) -> Layer | None:
        """Return the layer of a module, `None` when it is in none."""
        return self._layers.get(module)

    def role(self, module: str) -> str:
        """Return the role of a module, empty when it is in no layer."""
        layer = self._layers.get(module)
        return layer.role if layer else ""

    def would_be(self, missing: str) -> Layer | None:
        """Return the layer that a module which is not there would be in, by its name."""
        return self._place(missing, is_named_as_test(missing, is_package=False, path=""))

    def is_sure(self, module: str) -> bool:
        """Tell whether a module is in a layer for sure."""
        layer = self._layers.get(module)
        return layer is not None and layer.sure

    def members(self) -> dict[str, list[str]]:
        """Return the modules of each role that has any, sorted."""
        found: dict[str, list[str]] = {}
        for name, layer in sorted(self._layers.items()):
            found.setdefault(layer.role, []).append(name)
        return found


def layers(project: Project) -> Layers:
    """Answer the query for layer roles."""
    return Layers(project)


def _by_configuration(project: Project) -> Place:
    configured = project.architecture.layers
    compiled = [(role, compile_reach(each), each) for role, patterns in configured.items() for each in patterns]
    compiled.sort(key=lambda entry: sum("*" in part for part in entry[2].split(".")))

    def place(name: str, test: bool) -> Layer | None:
        reached = [(length, role, pattern) for role, reach, pattern in compiled if (length := reach(name))]
        _, role, pattern = max(reached, key=itemgetter(0), default=(0, "", ""))
        # `shop.orders.tests` is no domain because `shop.orders` is, unless somebody says what is a test.
        if test and "tests" not in configured and "test" not in pattern:
            role = "tests"
        return Layer(role) if role else None

    return place
