"""What a call does to the world outside the program: I/O of every kind, threads that start; which functions do."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call
from archlint.facts.references import alternatives, parse
from archlint.project.blocking import BLOCKING_CALLS, OWN
from archlint.project.calls import Site
from archlint.project.library import Blocking
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.reach import Hop
from archlint.project.reading import Memo
from archlint.project.sites import Sites
from archlint.project.types import Types, types

GRAVE = frozenset({"network", "database", "subprocess", "sleep", "terminal", "thread", OWN})
"""Kinds of effects that something outside answers, or that go on when the call is over."""
FILES = frozenset({"file", "metadata"})
"""Kinds of effects on files: on what they hold, and on what the file system keeps of them."""
PACKAGE_DATA = "package data"
"""The kind of effects on files that are most likely shipped with the code."""
_STARTERS = frozenset(
    {
        "threading.Thread.start",
        "multiprocessing.Process.start",
        "_thread.start_new_thread",
        "concurrent.futures.Executor.submit",
        "prometheus_client.start_http_server",
    }
)
_WRITES = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "os": (
            "makedirs",
            "mkdir",
            "remove",
            "removedirs",
            "rename",
            "renames",
            "replace",
            "rmdir",
            "symlink",
            "unlink",
        ),
        "pathlib.Path": ("mkdir", "rename", "replace", "rmdir", "symlink_to", "touch", "unlink"),
        "shutil": ("chown",),
    }.items()
    for name in names
)
"""APIs that only touch the file system's metadata, and change it."""
_NO_FILES = ("ssl.", "httpx.", "aiohttp.", "openai.", "anthropic.")
"""APIs that count as work with files because they load the certificates of the system: nobody's own files."""
_PACKAGE_DATA = ("importlib.resources.", "importlib_resources.", "pkg_resources.", "pkgutil.get_data")
_OWN_FILE = "builtins.__file__"


class Effect(NamedTuple):
    """One effect of a call: what is called, and the kind.

    That is one of `library_tables.SEVERITIES`, "thread", `PACKAGE_DATA` or, of an awaited call, one of `CLIENT_KINDS`.
    """

    api: str
    kind: str
    awaited: bool = False


class Effects:
    """The effects of the calls in functions and module bodies; reached by `project.query(Effects)`."""

    def __init__(self, project: Project) -> None:
        self.direct: dict[str, list[tuple[Module, Call, Effect]]] = {}
        known = project.query(DIRECT)
        for module in project.modules:
            for index, effect in known[module.path]:
                call = module.facts.calls[index]
                self.direct.setdefault(f"{module.name}#{call.function}", []).append((module, call, effect))
        self._callers = project.query(Sites).callers

    def at(self, hop: Hop, key: str) -> Effect:
        """Return the effect that a hop at the end of a way has in the function `key`."""
        return next(effect for _, call, effect in self.direct[key] if call is hop.use)

    def spread(self, wanted: Callable[[Effect], bool], may_run: Callable[[str, Site], bool]) -> dict[str, Hop]:
        """Return all functions that have a wanted effect, by themselves or through functions that they run.

        `may_run` says whether a function (by key) hands on what happens at one of its sites.
        """
        hops: dict[str, Hop] = {}
        for key, found in self.direct.items():
            first = next((Hop(module, call) for module, call, effect in found if wanted(effect)), None)
            if first is not None and not key.endswith("#-1"):
                hops[key] = first
        queue = deque(hops)
        while queue:
            callee = queue.popleft()
            for caller, site in self._callers(callee):
                if caller not in hops and may_run(caller, site):
                    hops[caller] = Hop(site.module, site.use, callee)
                    queue.append(caller)
        return hops


class _Direct:
    """Tells what calls do by themselves."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._knows_its_place = Memo(project.reading, self._finds_place)

    def of(self, module: Module) -> Iterator[tuple[int, Effect]]:
        """Yield the calls in a module, by their index, that do anything, each with what it does."""
        blocking = dict(BLOCKING_CALLS.of(self._project, module))
        for index, call in enumerate(module.facts.calls):
            if call.flags & model.AWAITED or index in blocking or call.callee.endswith(_STARTER_WORDS):
                effect = self._effect(module, call, blocking.get(index))
                if effect is not None:
                    yield index, effect

    def _effect(self, module: Module, call: Call, found: Blocking | None) -> Effect | None:
        if call.flags & model.AWAITED:
            return self._awaited(call)
        if found is None:
            names = self._types.names(call.callee) if call.callee.endswith(_STARTER_WORDS) else ()
            starter = next((name for name in names if name in _STARTERS), None)
            return Effect(starter, "thread") if starter else None
        if found.kind in GRAVE:
            return Effect(found.api, found.kind)
        if found.kind == "metadata":
            return Effect(found.api, "metadata") if found.api in _WRITES else None
        if found.kind != "file" or found.api.startswith(_NO_FILES):
            return None
        return Effect(found.api, PACKAGE_DATA if self._is_package_data(module, call) else "file")

    def _awaited(self, call: Call) -> Effect | None:
        """Return what an awaited call does: it is one of an async client's methods, if it does anything."""
        for value in self._types.infer(call.callee):
            owner = value.receiver or value.name.rpartition(".")[0]
            kind = self._project.library.client(owner) if value.kind == "object" and not value.is_function else None
            if kind is not None:
                return Effect(value.name, kind, awaited=True)
        return None

    def _is_package_data(self, module: Module, call: Call) -> bool:
        """Tell whether a file is most likely one that is shipped with the code: its path starts at `__file__`."""
        if call.callee.startswith(_PACKAGE_DATA):
            return True
        path = next((value for name, value in call.arguments[:1] if not name), "")
        literals = [path, *_literals(module, call)]
        if any(each[1:].lstrip("rRbBuU").lstrip("'\"").startswith(("/", "~")) for each in literals if each[:1] == "="):
            return False
        references = [part for each in (path, call.callee) if each[:1] != "=" for part in alternatives(each)]
        named = (self._owner(parse(each)[0]) for each in references)
        return any(map(self._knows_its_place, (module.name, *filter(None, named))))

    def _owner(self, dotted: str) -> str:
        """Return the module of the project that a dotted name begins with, empty for none."""
        while dotted and dotted not in self._project.by_name:
            dotted = dotted.rpartition(".")[0]
        return dotted

    def _finds_place(self, name: str) -> bool:
        """Tell whether a module makes paths from `__file__` or of its package's resources."""
        self._project.reading.add_body(name)
        return any(
            each.callee.startswith(_PACKAGE_DATA) or any(_OWN_FILE in value for _, value in each.arguments)
            for each in self._project.by_name[name].facts.calls
        )


_STARTER_WORDS = tuple(f".{name.rpartition('.')[2]}" for name in sorted(_STARTERS))


def _literals(module: Module, call: Call) -> Iterable[str]:
    """Yield what is passed to `Path` where a method is called on it at once."""
    if call.callee.startswith("pathlib.Path()."):
        for each in module.facts.calls:
            if each.start == call.start and each.callee == "pathlib.Path":
                yield from (value for _, value in each.arguments[:1])


DIRECT = ModuleWise(
    "effects on the outside",
    tuple[tuple[int, Effect], ...],
    lambda project, module: tuple(project.query(_Direct).of(module)),
)
"""The query for what the calls of each module, by their index, do by themselves."""
