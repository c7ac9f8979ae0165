"""SQL001 and SQL006: which SQL texts that the walk saw are given to a database, and what is put into them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from archlint.facts.model import Call, Candidate
from archlint.facts.references import alternatives, parse
from archlint.model import Severity, Step, Violation
from archlint.project.asides import is_test
from archlint.project.calls import call_graph
from archlint.project.classes import ClassTable
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.uses import Calls, last_word
from archlint.project.values import Value
from archlint.rulebook.model import Rule

FORMATTED = "formatted-sql"
RETURNED = "returned-sql"
_SAFE = frozenset(
    {
        *(f"builtins.{name}" for name in ("int", "float", "bool", "complex", "NoneType")),
        *("decimal.Decimal", "fractions.Fraction", "uuid.UUID", "ipaddress.IPv4Address", "ipaddress.IPv6Address"),
        *("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "zoneinfo.ZoneInfo"),
        *("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"),
        *("django.db.models.Choices", "django.db.models.TextChoices", "django.db.models.IntegerChoices"),
    }
)
"""What nobody can hide SQL in; members of an enumeration are constants."""
_COLLECTIONS = frozenset(
    {
        *(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset")),
        *(f"typing.{name}" for name in ("List", "Tuple", "Set", "FrozenSet", "Sequence", "Iterable", "Collection")),
        *(f"collections.abc.{name}" for name in ("Sequence", "Iterable", "Collection", "Set")),
    }
)
_COMPOSED = ("sqlalchemy.", "psycopg.sql.", "psycopg2.sql.", "django.db.models.")
_DISPLAYS = frozenset(
    f"builtins.{name}{{}}" for name in ("str", "tuple", "list", "dict", "set", "int", "float", "bytes")
)
_BY_HAND = re.compile(r"(?:^|[._])(?:migrations?|alembic)(?:\.|$)|(?:^|\.)versions(?:\.|$)")
"""The names of modules that nobody outside can reach: what is formatted there is a note."""
_WORST = {"error": 2, "warning": 1, "note": 0}


def formatted_sql(project: Project, rule: Rule) -> Iterator[Violation]:
    """SQL001: a value becomes part of an SQL text instead of one of its parameters."""
    holes = _Holes(project)
    for module in project.modules:
        if is_test(module):
            continue
        found: dict[tuple[int, int], list[Candidate]] = {}
        for candidate in module.facts.candidates:
            if candidate.code == FORMATTED and holes.takes_sql(candidate):
                found.setdefault((candidate.start, candidate.end), []).append(candidate)
        for span, candidates in found.items():
            left = [each for each in candidates if not holes.is_harmless(module, each)]
            if left:
                worst = max(left, key=lambda each: _WORST[each.severity])
                yield _violation(module, rule, span, worst, by_hand=_BY_HAND.search(module.name) is not None)
    yield from _returned(project, rule, holes)


def _returned(project: Project, rule: Rule, holes: "_Holes") -> Iterator[Violation]:
    """Yield texts that a function returns, and that a call runs which is given the function's result."""
    runs = project.query(_run_results)
    for module in project.modules:
        seen: set[tuple[int, int]] = set()
        for candidate in module.facts.candidates:
            place = (candidate.start, candidate.end)
            run = runs.get(f"{module.name}#{candidate.function}") if candidate.code == RETURNED else None
            if run is None or place in seen or holes.is_harmless(module, candidate):
                continue
            seen.add(place)
            sink, call = run
            yield _violation(
                module,
                rule,
                place,
                candidate,
                by_hand=_BY_HAND.search(module.name) is not None,
                trace=(Step("the text that the function returns is run here", sink.place(call.start, call.end)),),
            )


def _run_results(project: Project) -> Mapping[str, tuple[Module, Call]]:
    """Answer the query for the functions whose result is run as SQL, each with the first call that does."""
    resolver, library = project.query(types), project.library
    found: dict[str, tuple[Module, Call]] = {}
    running = project.query(Calls).meaning(
        map(last_word, library.sql_texts),
        lambda callee: [place for name in resolver.names(callee) if (place := library.sql_text(name))],
    )
    for module, call, places in running:
        if is_test(module) or not any(value.endswith(("()", "()!")) for _, value in call.arguments):
            continue
        given = next((text for place in places if (text := place.of(call.arguments))), "")
        made = given.removesuffix("!")
        for value in resolver.infer(made.removesuffix("()")) if made.endswith("()") else ():
            if value.is_function:
                found.setdefault(value.name, (module, call))
    return found


def is_sql_call(project: Project, module: Module, candidate: Candidate) -> bool:
    """Tell whether a statement outside tests and migrations goes to a database, or to something unknown (SQL006)."""
    migration = "migrations" in module.name or "alembic" in module.name
    return not is_test(module) and not migration and _Holes(project).takes_sql(candidate)


def _violation(
    module: Module,
    rule: Rule,
    span: tuple[int, int],
    candidate: Candidate,
    *,
    by_hand: bool,
    trace: tuple[Step, ...] = (),
) -> Violation:
    written = candidate.message
    if candidate.severity == "error":
        message = (
            f"`{written}` becomes part of the SQL text, so whoever chooses it changes the statement; "
            "pass it as a parameter"
        )
        subject = "value"
    else:
        message = (
            f"`{written}` is put into the SQL text as it is; take it from a fixed list, or have the driver quote it"
        )
        subject = "identifier"
    return rule.violation(
        module,
        span,
        message=message,
        subject=subject,
        scope=module.scope(candidate.function, candidate.owner),
        trace=trace,
        severity=Severity.NOTE if by_hand else Severity(candidate.severity),
    )


class _Holes:
    """Judges what fills the holes of SQL texts by types, constants and callers."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)

    def takes_sql(self, candidate: Candidate) -> bool:
        """Tell whether what is called takes SQL text: by its type, or, if that is not known, by what the text says."""
        values = self._types.infer(candidate.reference)
        names = [name for value in values if value.kind == "object" for name in self._types.names_of(value)]
        if any(self._project.library.sql_text(name) for name in names):
            return True
        if candidate.code == FORMATTED and candidate.subject != "sql":
            return False
        return not values or any(value.is_function for value in values)

    def is_harmless(self, module: Module, candidate: Candidate) -> bool:
        """Tell whether what fills a hole is a number, a member of an enumeration or a constant, whoever calls."""
        reference = candidate.values[0] if candidate.values else ""
        if reference and (self._is_safe(reference) or self._is_constant(reference) or self._is_made_of_safe(reference)):
            return True
        parameter = candidate.names[0] if candidate.names else ""
        return (
            bool(parameter)
            and (candidate.severity != "error" or _is_private(module, candidate))
            and self._callers_pass_constants(module, candidate, parameter)
        )

    def _is_safe(self, reference: str) -> bool:
        """Tell whether something is safe by its type, or an attribute of something that is: `day.year`, `zone.key`."""
        for each in (reference, reference.rpartition(".")[0]):
            values = self._types.infer(each)
            if values and all(map(self._is_safe_value, values)):
                return True
        return False

    def _is_made_of_safe(self, reference: str) -> bool:
        """Tell whether a function gives something that is given nothing but numbers, dates and the like."""
        values = self._types.infer(reference.removesuffix("()")) if reference.endswith("()") else ()
        return bool(values) and all(value.kind == "object" and self._takes_safe(value) for value in values)

    def _takes_safe(self, value: Value) -> bool:
        if not value.is_function:
            return False
        _, function = self._project.function(value.name)
        taken = function.parameters[function.is_bound :]
        return bool(taken) and all(each.annotation and self._is_safe(f"{each.annotation}{{}}") for each in taken)

    def _is_safe_value(self, value: Value) -> bool:
        if value.kind == "instance" and value.args and value.name in _COLLECTIONS:
            return all(self._is_safe(f"{argument}{{}}") for argument in value.args)
        if value.kind != "instance":
            return value.kind == "object" and value.is_class  # members of an enumeration are attributes of the class
        names = self._types.order(value.name) if value.is_class else self._project.library.ancestors(value.name)
        return not _SAFE.isdisjoint(names) or value.name.startswith(_COMPOSED)

    def _is_constant(self, reference: str) -> bool:
        """Tell whether a reference names something that a module or class body binds to literals only."""
        return all(self._is_constant_name(part) for part in alternatives(reference))

    def _is_constant_name(self, reference: str) -> bool:
        owner, _, name = reference.rpartition(".")
        if not owner:
            return False
        root, steps = parse(owner)
        if not steps and owner in self._project.by_name:
            bound = self._project.by_name[owner].facts.bindings.get(name, ())
            return bool(bound) and _are_displays(bound)
        for value in self._types.infer(owner):
            if not value.is_class:
                return False
            if not self._is_constant_member(value.name, name):
                return False
        return bool(root) and bool(self._types.infer(owner))

    def _is_constant_member(self, key: str, name: str) -> bool:
        table = self._project.query(ClassTable)
        if any(base in _SAFE for base in self._types.order(key)):
            return True
        for owner in self._types.order(key):
            member = table.own_members(owner).get(name) if "@" in owner else None
            if member is not None:
                attribute = member.attribute
                if attribute is None:
                    return member.is_property and self._gives_constants(owner, member.functions[0])
                return attribute.in_body and _are_displays(attribute.values)
        return False

    def _gives_constants(self, owner: str, index: int) -> bool:
        """Tell whether a property gives nothing but texts that it writes out, and constants."""
        module, _ = self._project.class_(owner)
        return self._are_constants(module.facts.functions[index].values)

    def _are_constants(self, values: Iterable[str]) -> bool:
        values = tuple(values)
        return bool(values) and all(each in _DISPLAYS or self._is_constant(each) for each in values)

    def _callers_pass_constants(self, module: Module, candidate: Candidate, parameter: str) -> bool:
        """Tell whether every call that the project makes of the function passes a constant, and there is one."""
        if candidate.function < 0:
            return False
        function = module.facts.functions[candidate.function]
        names = [each.name for each in function.parameters]
        if parameter not in names:
            return False
        position = names.index(parameter) - function.is_bound
        key = f"{module.name}#{candidate.function}"
        graph, calls = self._project.query(call_graph), self._project.query(Calls)
        passed = [
            _argument(call.arguments, parameter, position)
            for caller, call in chain(calls.named([function.name]), calls.of([key]))  # local functions have no name
            if not is_test(caller) and key in graph.called(call)
        ]
        given = [value for value in passed if value is not None]
        return bool(given) and all(value.startswith("=") or self._is_fixed(value) for value in given)

    def _is_fixed(self, reference: str) -> bool:
        last = reference.rpartition(".")[2].strip("_")
        return bool(reference) and (
            last.isupper()
            or self._is_safe(reference)
            or self._is_constant(reference)
            or (reference.endswith("()") and self._is_given(reference))
        )

    def _is_given(self, reference: str) -> bool:
        """Tell whether a function of the project gives nothing but constants."""
        values = self._types.infer(reference.removesuffix("()"))
        keys = [each.name for each in values if each.is_function]
        return (
            bool(keys)
            and len(keys) == len(values)
            and all(self._are_constants(self._project.function(key)[1].values) for key in keys)
        )


def _is_private(module: Module, candidate: Candidate) -> bool:
    """Tell whether nobody outside calls the function: by its name, or because it is part of a migration."""
    if candidate.function < 0:
        return False
    name = module.facts.functions[candidate.function].name
    return (name.startswith("_") and not name.endswith("__")) or _BY_HAND.search(module.name) is not None


def _are_displays(references: Iterable[str]) -> bool:
    """Tell whether all that a name may hold is written out as literals or collections, whatever these hold."""
    plain = (f"{each.partition('<')[0]}{{}}" if "<" in each else each for each in references)
    return all(each in _DISPLAYS for each in plain)


def _argument(arguments: Iterable[tuple[str, str]], name: str, position: int) -> str | None:
    """Return what a call passes for a parameter; `None` if it passes nothing, empty if nobody knows what."""
    pairs = list(arguments)
    for keyword, value in pairs:
        if keyword == name:
            return value
    positional = [value for keyword, value in pairs if not keyword]
    if 0 <= position < len(positional):
        return positional[position]
    return "" if any(keyword in ("*", "**") for keyword, _ in pairs) else None
