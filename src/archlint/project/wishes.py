"""What functions do only for callers who ask for it, by passing something true for a parameter that is false."""

from archlint.facts.model import Call, Load
from archlint.facts.references import ASKED_FOR
from archlint.project.calls import Site, passed_for
from archlint.project.program import Module, Project

_FALSE = frozenset({"=False", "=None"})
_UNPACKED = frozenset({"*", "**"})


class Wishes:
    """The branches of functions that run only on demand, and who demands it; reached by `project.query(Wishes)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._branches: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
        for module in project.modules:
            for each in module.facts.candidates:
                if each.code == ASKED_FOR:
                    spans = self._branches.setdefault((module.path, each.function), [])
                    spans.append((each.start, each.end, each.subject))

    def wanted(self, module: Module, use: Call | Load) -> str:
        """Return the parameter that has to be passed for a use to run, empty if there is none."""
        spans = self._branches.get((module.path, use.function), ())
        return next((name for start, end, name in spans if start <= use.start and use.end <= end), "")

    def asks(self, site: Site, parameter: str) -> bool:
        """Tell whether something is passed for a parameter where a function runs; what hands it on may pass it."""
        _, function = self._project.function(site.target)
        use = site.use
        if isinstance(use, Load):
            return False
        names = [name for name, _ in use.arguments]
        if not _UNPACKED.isdisjoint(names) or not self._is_direct(use, function.name):
            return True
        passed = passed_for(function, parameter, use)
        return passed is not None and passed not in _FALSE

    def _is_direct(self, use: Call, name: str) -> bool:
        """Tell whether a call names the function that it runs, or the class, and does not hand it to another one."""
        word = use.callee.rpartition(".")[2]
        return word == name or (name.startswith("__") and (word[:1].isupper() or "@" in word or word.startswith("__")))
