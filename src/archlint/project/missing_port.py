"""The port that is missing: a Protocol with the members of a class that other code really uses."""

import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

from archlint.facts.model import AWAITED, Call, Function, Load, Parameter
from archlint.facts.references import alternatives
from archlint.project.classes import Member
from archlint.project.conformance import Conformance, conformance
from archlint.project.forms import Expression, Forms, forms, parse
from archlint.project.ports import class_keys
from archlint.project.program import Module, Project
from archlint.project.types import Types, types

_TECHNOLOGIES = re.compile(
    r"^(?:Async|Sync)?(?:Postgres(?:ql|QL)?|Pg|Psycopg|Asyncpg|MySql|Mysql|MySQL|Sqlite|SQLite|SqlAlchemy|SQLAlchemy|Sql|SQL"
    r"|Orm|ORM|Django|Redis|Mongo|Dynamo(?:Db|DB)?|Elastic(?:search)?|Kafka|Rabbit(?:MQ|Mq)?|Amqp|Sqs|SQS|S3|Aws|AWS|Gcs|"
    r"Stripe|Smtp|SMTP|Http|HTTP|Httpx|Grpc|Rest|File(?:System)?|Disk|Memory|InMemory|Celery|Requests|Concrete|Default)(?=[A-Z])"
)


class Use(NamedTuple):
    """A member that is used: its name, whether it is called, and whether what a call gives is awaited."""

    name: str
    called: bool
    awaited: bool


class Draft(NamedTuple):
    """A Protocol to write: its name, the import lines it needs, and the lines of its body."""

    name: str
    imports: tuple[str, ...]
    body: tuple[str, ...]

    def text(self, *, imports: bool = True) -> str:
        """Return the source, ready to paste."""
        head = f"class {self.name}(Protocol):\n" + "\n".join(f"    {line}" if line else "" for line in self.body)
        return "\n".join(self.imports) + f"\n\n\n{head}\n" if imports else f"{head}\n"


class MissingPorts:
    """Drafts ports for classes; one per project, reached by `project.query(missing_ports)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._forms: Forms = project.query(forms)
        self._conformance: Conformance = project.query(conformance)

    def uses(self, name: str, modules: Iterable[Module], receivers: frozenset[str] = frozenset()) -> list[Use]:
        """Return the members of a class (its key or dotted name) that modules use, in order of their names.

        `receivers` are references of what is an instance of it although no fact says so.
        """
        found: dict[str, Use] = {}
        for module in modules:
            for reference, use in (*map(_of_call, module.facts.calls), *map(_of_load, module.facts.loads)):
                if self._is_instance(reference, name, receivers):
                    known = found.get(use.name, use)
                    found[use.name] = Use(use.name, known.called or use.called, known.awaited or use.awaited)
        return [found[each] for each in sorted(found)]

    def _is_instance(self, reference: str, name: str, receivers: frozenset[str]) -> bool:
        if not reference:
            return False
        if not receivers.isdisjoint(alternatives(reference)):
            return True
        values = self._types.infer(reference)
        return any(value.kind == "instance" and self._is_one(value.name, name) for value in values)

    def _is_one(self, name: str, of: str) -> bool:
        if name == of:
            return True
        if "@" in name:
            return of in self._types.order(name)
        return "@" not in of and of in self._project.library.ancestors(name)

    def draft(self, name: str, uses: Iterable[Use]) -> Draft:
        """Return the Protocol with these members; those of a class of the project with their signatures."""
        writer = _Writer(self._project, self._forms)
        lines: list[str] = []
        for use in uses:
            if lines:
                lines.append("")
            member = self._conformance.member(name, use.name) if "@" in name else None
            lines += writer.member(member) if member is not None else writer.unknown(use)
        word = self._project.class_(name)[1].name if "@" in name else name.rpartition(".")[2]
        return Draft(port_name(word), writer.import_lines(), tuple(lines or ["..."]))

    def public(self, key: str) -> list[Use]:
        """Return all public members of a class of the project that can be in a Protocol."""
        names = {
            name
            for owner in self._types.order(key)
            if "@" in owner
            for name, member in self._conformance.members_of(owner).items()
            if not name.startswith("_") and member.functions
        }
        return [Use(name, called=True, awaited=False) for name in sorted(names)]

    def classes_called(self, name: str) -> list[str]:
        """Return the keys of the classes with this name, or this dotted name."""
        found = []
        for key in class_keys(self._project):
            module, fact = self._project.class_(key)
            if name in (fact.name, fact.qualname, f"{module.name}.{fact.qualname}"):
                found.append(key)
        return found


def port_name(name: str) -> str:
    """Return a name for the port of a class: without its technology, else with `Port` behind."""
    stripped = _TECHNOLOGIES.sub("", name).removesuffix("Impl").removesuffix("Adapter")
    return stripped if stripped and stripped != name else f"{name}Port"


def _of_call(call: Call) -> tuple[str, Use]:
    receiver, _, name = call.callee.rpartition(".")
    usable = name.isidentifier() and not (name.startswith("_"))
    return (receiver if usable else ""), Use(name, called=True, awaited=bool(call.flags & AWAITED))


def _of_load(load: Load) -> tuple[str, Use]:
    receiver, _, name = load.reference.rpartition(".")
    usable = name.isidentifier() and not name.startswith("_")
    return (receiver if usable else ""), Use(name, called=False, awaited=False)


class _Writer:
    """Writes members of a Protocol, and remembers what they need imported."""

    def __init__(self, project: Project, table: Forms) -> None:
        self._project = project
        self._table = table
        self._imports: dict[str, set[str]] = {"typing": {"Protocol"}}

    def import_lines(self) -> tuple[str, ...]:
        """Return the lines with import statements, sorted, those of the standard library apart and first."""
        standard: list[str] = []
        others: list[str] = []
        for module, names in sorted(self._imports.items()):
            is_standard = module.partition(".")[0] in sys.stdlib_module_names
            (standard if is_standard else others).append(f"from {module} import {', '.join(sorted(names))}")
        return (*standard, *([""] if others else ()), *others)

    def unknown(self, use: Use) -> list[str]:
        """Write a member of which only the use is known."""
        self._add("typing", "Any")
        if not use.called:
            return ["@property", f"def {use.name}(self) -> Any: ..."]
        return [f"{'async ' if use.awaited else ''}def {use.name}(self, *args: Any, **kwargs: Any) -> Any: ..."]

    def member(self, member: Member) -> list[str]:
        """Write a member of a class of the project."""
        module, _ = self._project.class_(member.owner)
        if member.attribute is not None:
            return [f"{member.name}: {self._type(member.attribute.spelled) or self._any()}"]
        function = module.facts.functions[member.functions[-1]]
        if member.is_property:
            function = module.facts.functions[member.functions[0]]
            return ["@property", f"def {member.name}(self){self._returned(function)}: ..."]
        head = [f"@{kind}" for kind in ("classmethod", "staticmethod") if f"builtins.{kind}" in function.decorators]
        keyword = "async def" if function.is_async and not function.is_generator else "def"
        return [*head, f"{keyword} {member.name}({self._parameters(function)}){self._returned(function)}: ..."]

    def _parameters(self, function: Function) -> str:
        parts: list[str] = []
        kinds = [each.kind for each in function.parameters]
        for index, parameter in enumerate(function.parameters):
            if parameter.kind == "keyword-only" and not {"variadic", "keyword-only"}.intersection(kinds[:index]):
                parts.append("*")
            parts.append(self._parameter(parameter))
            if parameter.kind == "positional-only" and kinds[index + 1 : index + 2] != ["positional-only"]:
                parts.append("/")
        return ", ".join(parts)

    def _parameter(self, parameter: Parameter) -> str:
        stars = {"variadic": "*", "keyword-variadic": "**"}.get(parameter.kind, "")
        typed = f": {self._type(parameter.spelled)}" if parameter.spelled else ""
        default = (" = ..." if typed else "=...") if parameter.has_default else ""
        return f"{stars}{parameter.name}{typed}{default}"

    def _returned(self, function: Function) -> str:
        if not function.spelled:
            return ""
        expression = parse(function.spelled)
        for name, wide in _MANAGERS.items():
            if f"contextlib.{name}" in function.decorators:
                self._add("contextlib", wide)
                inner = f"[{self._write(expression.args[0])}]" if expression.args else ""
                return f" -> {wide}{inner}"
        return f" -> {self._write(expression)}"

    def _type(self, spelled: str) -> str:
        return self._write(parse(spelled)) if spelled else ""

    def _write(self, expression: Expression) -> str:
        name = expression.name
        if name == "|":
            return " | ".join(map(self._write, expression.args))
        inner = ", ".join(map(self._write, expression.args))
        if name == "[]":
            return f"[{inner}]"
        word = name if name in ("None", "...") or name[:1] in "'\"0123456789-" else self._name(name)
        return f"{word}[{inner}]" if inner else word

    def _name(self, name: str) -> str:
        if name.startswith("?"):
            return name[1:] or self._any()
        if "@" in name:
            module, fact = self._project.class_(name)
            self._add(module.name, fact.qualname.partition(".")[0])
            return fact.qualname
        module_name, _, word = name.rpartition(".")
        if module_name == "builtins":
            return word
        if module_name:
            self._add(module_name, word)
        return word

    def _any(self) -> str:
        self._add("typing", "Any")
        return "Any"

    def _add(self, module: str, name: str) -> None:
        self._imports.setdefault(module, set()).add(name)


_MANAGERS = {"contextmanager": "AbstractContextManager", "asynccontextmanager": "AbstractAsyncContextManager"}


def missing_ports(project: Project) -> MissingPorts:
    """Answer the query for drafts of ports."""
    return MissingPorts(project)
