"""Where functions of the project run each other: the call graph, read from either end."""

from collections.abc import Iterator, Mapping, Sequence

from archlint.project.calls import USES, Site, Use
from archlint.project.program import Module, Project


class Sites:
    """The places that run functions of the project; reached by `project.query(Sites)`.

    Few of them are ever asked for, so each is made when it is.
    """

    def __init__(self, project: Project) -> None:
        self._uses = project.query(USES)
        self._modules = project.by_name
        self._running: dict[str, list[tuple[Module, Use]]] = {}
        running = self._running
        for module in project.modules:
            for use in self._uses[module.path]:
                for target in use.targets:
                    if target in running:
                        running[target].append((module, use))
                    else:
                        running[target] = [(module, use)]
        self._grouped: dict[str, dict[int, list[Use]]] = {}
        self._within: dict[str, list[Site]] = {}
        self._of: dict[str, list[Site]] = {}

    def within(self, key: str) -> Sequence[Site]:
        """Return what a function (`module#index`, -1 for the module's body) runs, in the order of its text."""
        if key not in self._within:
            name, _, function = key.rpartition("#")
            module = self._modules[name]
            uses = self._by_function(module).get(int(function), ())
            self._within[key] = [Site(module, use.of(module), target) for use in uses for target in use.targets]
        return self._within[key]

    def _by_function(self, module: Module) -> Mapping[int, Sequence[Use]]:
        known = self._grouped.get(module.name)
        if known is None:
            known = self._grouped[module.name] = {}
            for use in self._uses[module.path]:
                known.setdefault(use.function, []).append(use)
        return known

    def of(self, key: str) -> Sequence[Site]:
        """Return the places that run a function, in the order of files and their text."""
        if key not in self._of:
            self._of[key] = [Site(module, use.of(module), key) for module, use in self._running.get(key, ())]
        return self._of[key]

    def callers(self, key: str) -> Iterator[tuple[str, Site]]:
        """Yield the functions that run a function, by key, each with the place; bodies of modules are left out."""
        return ((site.caller, site) for site in self.of(key) if site.use.function >= 0)
