"""TSK005: tasks that are given objects of the program instead of identifiers."""

from collections.abc import Iterator

from archlint.facts.model import Candidate
from archlint.model import Violation
from archlint.project.asides import is_test
from archlint.project.celery_tasks import CeleryTasks
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.rulebook.model import Rule

ARGUMENT = "celery-argument"
_SENDS = frozenset(
    {
        *(f"celery.Task.{name}" for name in ("delay", "apply_async", "delay_on_commit", "s", "si")),
        "celery.Celery.send_task",
    }
)
_PLAIN = frozenset(
    {
        *(f"builtins.{name}" for name in ("str", "int", "float", "bool", "dict", "list", "tuple", "bytes")),
        *(
            "enum.Enum",
            "enum.IntEnum",
            "enum.StrEnum",
            "typing.NamedTuple",
            "typing.TypedDict",
            "typing_extensions.TypedDict",
        ),
        *("datetime.datetime", "datetime.date", "uuid.UUID", "decimal.Decimal", "django.db.models.TextChoices"),
        "django.db.models.IntegerChoices",
    }
)
_ROWS = frozenset({"django.db.models.QuerySet", "sqlalchemy.Row", "sqlalchemy.orm.Session", "django.db.models.Model"})


def object_task_argument(project: Project, rule: Rule) -> Iterator[Violation]:
    """TSK005: an object is sent to a worker that gets, at best, what it was when it was sent."""
    resolver, tasks = project.query(types), project.query(CeleryTasks)
    if tasks.sets_for_all("pickle"):
        return
    for module in project.modules:
        if is_test(module):
            continue
        for candidate in module.facts.candidates:
            if candidate.code != ARGUMENT or _SENDS.isdisjoint(resolver.names(candidate.reference)):
                continue
            if _takes_objects(tasks, resolver, candidate):
                continue
            found = next(filter(None, (_class_of(project, resolver, each) for each in candidate.values)), "")
            if found:
                yield _violation(rule, module, candidate, found)


def _takes_objects(tasks: CeleryTasks, resolver: Types, candidate: Candidate) -> bool:
    """Tell whether the task is declared with a serializer of its own, or for Pydantic models."""
    task = candidate.reference.rpartition(".")[0]
    declared = (tasks.tasks.get(value.name) for value in resolver.infer(task))
    return any(each is not None and not {"serializer", "pydantic"}.isdisjoint(each.keywords) for each in declared)


def _class_of(project: Project, resolver: Types, reference: str) -> str:
    """Return the class that a value is an instance of, if no serializer can send it, whichever class it is."""
    values = resolver.infer(reference) if not reference.endswith("+") else ()
    found = [_name(project, resolver, value) for value in values]
    return found[0] if found and all(found) else ""


def _name(project: Project, resolver: Types, value: Value) -> str:
    if value.kind != "instance":
        return ""
    if not value.is_class:
        return value.name.rpartition(".")[2] if value.name in _ROWS else ""
    order = resolver.order(value.name)
    if not _PLAIN.isdisjoint(order) or any("TypedDict" in base or "NamedTuple" in base for base in order):
        return ""
    _, fact = project.class_(value.name)
    is_object = any(not resolver.infer(base) for base in fact.bases)
    return "" if is_object else fact.name


def _violation(rule: Rule, module: Module, candidate: Candidate, name: str) -> Violation:
    return rule.violation(
        module,
        (candidate.start, candidate.end),
        message=f"`{name}` is given to a task, where it is stale if it can be sent at all; pass its identifier instead",
        subject=name,
        scope=module.scope(candidate.function, candidate.owner),
    )
