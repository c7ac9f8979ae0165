"""Questions that are asked of each module by itself, so that the answers about modules that stay the same are kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Generic, TypeVar, cast

import msgspec

from archlint.project.partner import Partner
from archlint.project.program import Module, Project
from archlint.project.reading import CUT

T = TypeVar("T")
WORTH_SHARING = 100
"""About how many modules a question is asked before two processes share them."""


def _nothing(_project: Project) -> object:
    return None


class ModuleWise(Generic[T]):
    """A query: by the path of each module what `find` answers, a value of the type `wanted`.

    `find` may look at its own module, at what `needs` returns of the whole program (a value that msgspec can encode,
    always in the same order), and at other modules through what notes it in `Project.reading`. Its answer has no place
    of another module.
    """

    def __init__(
        self,
        name: str,
        wanted: object,
        find: Callable[[Project, Module], T],
        needs: Callable[[Project], object] = _nothing,
    ) -> None:
        self.name = name
        self.wanted = wanted
        self.find = find
        self.needs = needs

    def __call__(self, project: Project) -> Mapping[str, T]:
        """Answer the query, as far as possible with what was answered before."""
        answers = project.query(Answers)
        needs = sha256(msgspec.msgpack.encode(self.needs(project))).digest()
        earlier = answers.holding(self, needs)
        new = [module for module in project.modules if module.path not in earlier]
        asked = self._asked(project, new)
        answers.asked += len(new)
        found = {module.path: earlier.get(module.path) or asked[module.path] for module in project.modules}
        answers.answered[self.name] = Answered(needs, lambda _wanted: found)
        return {path: answer for path, (answer, _) in found.items()}

    def _asked(self, project: Project, modules: Sequence[Module]) -> Mapping[str, tuple[T, int]]:
        """Return the answers about modules by path, with what was read; a partner asks about some of them."""
        answers = project.query(Answers)
        partner = answers.partner if len(modules) >= WORTH_SHARING else None
        if partner is None:
            return {module.path: self.ask(project, module) for module in modules}
        with answers.without_partner():
            found = {module.path: self.ask(project, module) for module in partner.share(modules)}
            own = [found[module.path] for module in modules if module.path in found]
            rest = [module for module in modules if module.path not in found]
            told = partner.exchange(self.name, own, self.wanted, len(rest))
        if told is None:
            return found | {module.path: self.ask(project, module) for module in rest}
        answers.partner = partner
        return found | {module.path: answer for module, answer in zip(rest, told, strict=True)}

    def needed(self, project: Project) -> bytes:
        """Return a digest of what this needs of the whole program, for another question that asks `of` it."""
        project.query(self)
        return project.query(Answers).answered[self.name].needs

    def of(self, project: Project, module: Module) -> T:
        """Return the answer about one module, for the answer to another question."""
        project.query(self)
        answer, reads = project.query(Answers).answered[self.name].answers(self.wanted)[module.path]
        project.reading.reads |= reads
        return cast(T, answer)

    def ask(self, project: Project, module: Module) -> tuple[T, int]:
        """Return the answer about one module, and what was read for it."""
        reading = project.reading
        before, reading.reads = reading.reads, 0
        try:
            return self.find(project, module), reading.set()
        finally:
            reading.reads |= before


class Answered(msgspec.Struct, frozen=True):
    """A digest of what a question needed to know, and what gives its answers by path, with what was read for each.

    The latter is told the type of the answers: it may have to decode them.
    """

    needs: bytes
    answers: Callable[[Any], Mapping[str, tuple[Any, int]]]


class Answers:
    """All that was answered about the modules of a project; reached by `project.query(Answers)`."""

    def __init__(self, _project: Project) -> None:
        self.answered: dict[str, Answered] = {}
        self._earlier: Mapping[str, Answered] = {}
        self._changed: frozenset[str] = frozenset()
        self._others = 0
        self.asked = 0
        """How many modules had no answer from before, all questions together."""
        self.partner: Partner | None = None
        """The process that asks about half of the modules, if there is one."""

    def resume(self, earlier: Mapping[str, Answered], changed: frozenset[str], others: int) -> None:
        """Take what was answered about an earlier state: all but the modules with `changed` paths are the same.

        What has read one of the set `others` holds no more.
        """
        self._earlier, self._changed, self._others = earlier, changed, others | CUT

    @property
    def has_earlier(self) -> bool:
        """Whether there are answers about an earlier state, which leave little to ask."""
        return bool(self._earlier)

    @contextmanager
    def without_partner(self) -> Iterator[None]:
        """Ask all by oneself meanwhile, and afterwards; who raises something parts with the partner."""
        partner, self.partner = self.partner, None
        try:
            yield
        except BaseException:
            if partner is not None:
                partner.part()
            raise

    def holding(self, question: ModuleWise[T], needs: bytes) -> Mapping[str, tuple[T, int]]:
        """Return the answers to a question that hold, by path."""
        known = self._earlier.get(question.name)
        if known is None or known.needs != needs:
            return {}
        return {
            path: answer
            for path, answer in known.answers(question.wanted).items()
            if not answer[1] & self._others and path not in self._changed
        }
