"""The Celery tasks of the project, how they are declared, and what is configured for all of them."""

from collections.abc import Iterator, Mapping

import msgspec

from archlint.facts.model import Candidate
from archlint.project.modulewise import ModuleWise
from archlint.project.ports import subclasses
from archlint.project.program import Module, Project
from archlint.project.types import Types, types

TASK = "celery-task"
SETTING = "celery-setting"
_DECORATORS = frozenset({"celery.shared_task", "celery.Celery.task"})


class Task(msgspec.Struct, frozen=True, eq=False):
    """A function that a decorator makes a task; `keywords` is what the decorator is told, as far as it is written."""

    module: Module
    declaration: Candidate
    key: str
    keywords: Mapping[str, str]


class CeleryTasks:
    """All tasks by the key of their function; reached by `project.query(CeleryTasks)`.

    `methods` are the `run` methods of classes that derive from `celery.Task`.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self.tasks: dict[str, Task] = {task.key: task for task in self._declared()}
        self.methods = frozenset(self._classes())

    def _declared(self) -> Iterator[Task]:
        for module in self._project.by_name.values():
            candidates = [each for each in module.facts.candidates if each.code == TASK]
            functions = {each.start: index for index, each in enumerate(module.facts.functions if candidates else ())}
            for candidate in candidates:
                if candidate.start in functions and self._is_task(candidate.reference):
                    pairs = (value.partition("=") for value in candidate.values)
                    keywords = {name: value for name, _, value in pairs}
                    yield Task(module, candidate, f"{module.name}#{functions[candidate.start]}", keywords)

    def _is_task(self, decorator: str) -> bool:
        return not _DECORATORS.isdisjoint(self._types.names(decorator))

    def _classes(self) -> Iterator[str]:
        for key in self._project.query(subclasses).get("celery.Task", ()):
            module, index = self._project.class_(key)[0], int(key.rpartition("@")[2])
            for number, function in enumerate(module.facts.functions):
                if function.name == "run" and function.owner == index:
                    yield f"{module.name}#{number}"

    def is_task(self, key: str) -> bool:
        """Tell whether a function runs in a worker."""
        return key in self.tasks or key in self.methods

    def sets_for_all(self, *settings: str) -> bool:
        """Tell whether the configuration of some app, in whatever form, mentions one of these settings.

        Where there are no tasks nobody looks for it.
        """
        return bool(self.tasks or self.methods) and not self._project.query(_settings).isdisjoint(settings)


def _settings(project: Project) -> frozenset[str]:
    """Answer the query for names that are assigned or passed anywhere and may be settings of Celery."""
    return frozenset(name for names in project.query(_SETTINGS).values() for name in names)


def _settings_in(_project: Project, module: Module) -> tuple[str, ...]:
    facts = module.facts
    found = {each.subject for each in facts.candidates if each.code == SETTING}
    found.update(map(_today, facts.bindings))
    for class_ in facts.classes:
        found.update(_today(each.name) for each in class_.attributes if each.in_body)
    for name, value in (argument for call in facts.calls for argument in call.arguments):
        if name.startswith("task_"):
            found.add(name)
            if name == "task_serializer" and value in ("='pickle'", '="pickle"'):
                found.add("pickle")
    return tuple(sorted(name for name in found if name == "pickle" or name.startswith("task_")))


def _today(name: str) -> str:
    """Return what a setting is called today; https://docs.celeryq.dev/en/stable/userguide/configuration.html."""
    name = name.lower()
    if name == "celery_acks_late":
        return "task_acks_late"
    return name.removeprefix("celeryd_").removeprefix("celery_")


_SETTINGS = ModuleWise("settings of Celery", tuple[str, ...], _settings_in)
