"""Turns a project and what was reported about it into a picture."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from archlint.facts.model import Import
from archlint.model import Report, SourceText, Violation
from archlint.outcome.reporters.paths import relative
from archlint.picture.model import Link, Node, Picture, Statement
from archlint.project.imports import ImportGraph
from archlint.project.program import Module, Project

ENOUGH = 30
"""How many nodes a picture shows at first, if its packages can be taken together so."""
_OWN = "__init__"


def picture(
    title: str,
    project: Project,
    graph: ImportGraph,
    bands: Mapping[str, str],
    order: Sequence[str],
    report: Report,
    text_of: Callable[[str], SourceText],
) -> Picture:
    """Draw up the modules that have a place in `bands`, which maps their names to layers (empty: in none).

    `order` are the layers from top to bottom. What the report says of an import is shown with it, and what else it
    says with the module. Paths are relative to the working directory of the report.
    """
    said = _said(report.violations)
    links: dict[tuple[str, str], list[Statement]] = {}
    for edge in graph.edges:
        if edge.importer in bands and edge.imported in bands and edge.importer != edge.imported:
            statement = _statement(project.by_name[edge.importer], edge.import_, said, report.cwd, text_of)
            links.setdefault((edge.importer, edge.imported), []).append(statement)
    problems = {project.by_name[name].path: name for name in bands if name in project.by_name}
    rest: dict[str, list[str]] = {}
    for (path, _, _), messages in said.items():
        if path in problems:
            rest.setdefault(problems[path], []).extend(messages)
    return _Tree(bands, links, rest).picture(title, order)


def _said(violations: Iterable[Violation]) -> dict[tuple[str, int, int], list[str]]:
    said: dict[tuple[str, int, int], list[str]] = {}
    for each in violations:
        key = (each.place.path, each.place.start, each.place.end)
        said.setdefault(key, []).append(f"{each.code} {each.message}")
    return said


def _statement(
    module: Module,
    import_: Import,
    said: dict[tuple[str, int, int], list[str]],
    cwd: str,
    text_of: Callable[[str], SourceText],
) -> Statement:
    """Return one import with what is `said` about it, which is taken out there."""
    text = text_of(module.path)
    where = text.location(import_.start, import_.end)
    problems = said.pop((module.path, import_.start, import_.end), [])
    return Statement(
        relative(module.path, cwd),
        where.line,
        where.column,
        text.line(where.line).strip(),
        import_.kind,
        tuple(problems),
    )


class _Tree:
    """The packages and modules while the picture is drawn up."""

    def __init__(
        self,
        bands: Mapping[str, str],
        links: Mapping[tuple[str, str], Sequence[Statement]],
        problems: Mapping[str, Sequence[str]],
    ) -> None:
        self._bands = bands
        self._links = links
        self._problems = problems
        self._below: dict[str, list[str]] = {}
        for name in sorted(bands):
            self._enter(name)
        used = {name for pair in links for name in pair} | problems.keys()
        for package in sorted(name for name in bands if name in self._below):
            if package in used:
                self._below[package].insert(0, f"{package}.{_OWN}")
        self._names: list[str] = []
        self._index: dict[str, int] = {}
        self._number("")

    def _enter(self, name: str) -> None:
        while True:
            parent = name.rpartition(".")[0]
            siblings = self._below.setdefault(parent, [])
            if name in siblings:
                return
            siblings.append(name)
            if not parent:
                return
            name = parent

    def _number(self, package: str) -> None:
        """Give the nodes below a package their numbers, parents before children."""
        waiting = [package]
        while waiting:
            for name in self._below.get(waiting.pop(), ()):
                self._index[name] = len(self._names)
                self._names.append(name)
                waiting.append(name)

    def picture(self, title: str, order: Sequence[str]) -> Picture:
        """Return the picture."""
        bands = self._all_bands()
        nodes = tuple(
            Node(
                name,
                name.rpartition(".")[2],
                self._index.get(name.rpartition(".")[0], -1),
                tuple(self._index[child] for child in self._below.get(name, ())),
                bands[name] or "",
                tuple(self._problems.get(self._module(name), ())) if name not in self._below else (),
            )
            for name in self._names
        )
        links = tuple(
            Link(self._leaf(importer), self._leaf(imported), tuple(statements))
            for (importer, imported), statements in sorted(self._links.items())
        )
        top = tuple(self._index[name] for name in self._top(bands))
        present = {nodes[node].band for node in top} - {""}
        return Picture(title, nodes, links, tuple(each for each in order if each in present), top)

    def _leaf(self, module: str) -> int:
        return self._index[f"{module}.{_OWN}" if module in self._below else module]

    def _module(self, name: str) -> str:
        return name.removesuffix(f".{_OWN}") if name not in self._bands else name

    def _all_bands(self) -> dict[str, str | None]:
        """Return the layer of every node; `None` for packages with modules in several."""
        bands: dict[str, str | None] = {}
        for name in reversed(self._names):
            if name in self._below:
                found = {bands[child] for child in self._below[name]}
                bands[name] = found.pop() if len(found) == 1 else None
            else:
                bands[name] = self._bands.get(self._module(name), "")
        return bands

    def _top(self, bands: Mapping[str, str | None]) -> list[str]:
        """Return the packages and modules to show first: whole levels of the tree, while they are few enough."""
        shown = list(self._below.get("", ()))
        while mixed := [name for name in shown if bands[name] is None]:
            shown = self._opened(shown, mixed)
        while packages := [name for name in shown if name in self._below]:
            depth = min(name.count(".") for name in packages)
            wider = self._opened(shown, [name for name in packages if name.count(".") == depth])
            if len(wider) > ENOUGH and len(shown) > 1:
                break
            shown = wider
        return shown

    def _opened(self, shown: Sequence[str], packages: Sequence[str]) -> list[str]:
        return [each for name in shown for each in (self._below[name] if name in packages else (name,))]
