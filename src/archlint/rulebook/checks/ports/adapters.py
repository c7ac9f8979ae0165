"""The rules about adapters that do not fulfil their port."""

from collections import Counter
from collections.abc import Iterator

from archlint.facts.model import Function
from archlint.model import Severity, Step, Violation
from archlint.project.adapters import adapters
from archlint.project.classes import ClassTable, Member
from archlint.project.conformance import Conformance, Mismatch, conformance
from archlint.project.layer_names import INNER
from archlint.project.layers import layers
from archlint.project.ports import Pair, ports
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Calls
from archlint.rulebook.checks.ports.mismatches import Pairs, is_fake, mismatches
from archlint.rulebook.model import Rule

_EVIDENCE = {
    "inheritance": "the port that it derives from",
    "parameter": "the port that it is passed as",
    "return": "the port that it is returned as",
    "assignment": "the port that it is assigned as",
    "binding": "the port that it is bound to",
    "keyword": "its port, judging by the keyword that it is passed by",
    "name": "its port, judging by the name",
    "statement": "the port that it must fulfil",
}

_ACCEPTED = "accepted-override"
"""The code of a candidate at the name of a method whose signature its author knows to be another than its base's."""
_OLD = frozenset({"compat", "deprecated", "legacy"})
"""What packages are called that keep old names."""
_PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type", "enum.EnumMeta", "enum.EnumType"})
"""Those that add nothing to a class."""
_HOOKS = ("on_", "visit_", "leave_")


def missing_port_method(project: Project, rule: Rule, pairs: Pairs = None) -> Iterator[Violation]:
    """PRT003: an adapter lacks a member that its port promises; one violation a member."""
    known = project.query(ports)
    for pair, mismatch in mismatches(project, pairs, ("missing",)):
        member = mismatch.promised
        partial = known.is_abstract(pair.adapter) or known.has_subclass(pair.adapter)
        if (partial or _is_narrower_port(project, pair) or _is_template(project, pair)) and not pair.is_stated:
            continue
        if (
            _superseded(project, pair, mismatch)
            or (pair.is_guessed and member.attribute)
            or _is_hook(project, pair, member)
            or (member.attribute and _only_refuses(project, pair.adapter))
        ):
            continue
        module, fact = project.class_(pair.adapter)
        if "Mock" in fact.name or _is_completed(project, pair):
            continue
        _, port = project.class_(pair.port)
        kind = "member" if member.attribute or member.is_property else "method"
        yield rule.violation(
            module,
            (fact.start, fact.end),
            message=(
                f"`{fact.name}` lacks the {kind} `{member.name}` of `{_told_apart(project, pair)}`, "
                f"{_EVIDENCE[pair.evidence]}"
            ),
            subject=f"{port.name}.{member.name}",
            scope=fact.qualname,
            severity=_severity(rule, pair),
            help_=f"write `{member.name}`, or split `{port.name}` if this class cannot have it",
            trace=tuple(_trace(project, pair)),
        )


def _is_narrower_port(project: Project, pair: Pair) -> bool:
    """Tell whether a class is empty and nobody makes one: `class Orders(Repository[Order]): ...` is itself a port.

    Without type arguments: in the inner layers, and if a parameter is annotated so, also outside of infrastructure.
    What is deprecated is an old name of the port.
    """
    module, fact = project.class_(pair.adapter)
    own = project.query(ClassTable).own_members(pair.adapter)
    if pair.evidence != "inheritance":
        return False
    if own and all(_is_promise(module, each) for each in own.values()):
        return _is_taken(project, pair.adapter) and not _is_made(project, pair.adapter)
    if not all(name.startswith("__") for name in own):
        return False
    role = project.query(layers).role(module.name)
    if not own and (any("deprecat" in each for each in fact.decorators) or not _OLD.isdisjoint(module.words)):
        return not _is_made(project, pair.adapter)
    if not fact.spelled and role not in INNER and (role == "infrastructure" or not _is_taken(project, pair.adapter)):
        return False
    return not _is_made(project, pair.adapter)


def _is_promise(module: Module, member: Member) -> bool:
    """Tell whether a member is a method without code."""
    functions = [module.facts.functions[index] for index in member.functions]
    return bool(functions) and all(each.body == "stub" for each in functions)


def _is_completed(project: Project, pair: Pair) -> bool:
    """Tell whether a metaclass writes members of a class, or its base is what a class method is called on."""
    if pair.evidence != "inheritance":
        return False
    module, fact = project.class_(pair.adapter)
    order = project.query(types).order(pair.adapter)
    around = module.facts.functions[fact.parent] if fact.parent >= 0 else None
    if around is not None and around.owner >= 0 and f"{module.name}@{around.owner}" in order:
        return True
    below = order[: order.index(pair.port)]
    facts = (project.class_(owner)[1] for owner in below if "@" in owner)
    metaclasses = (value for each in facts for name, value in each.keywords if name == "metaclass")
    return any(value not in _PLAIN_METACLASSES for value in metaclasses)


def _is_hook(project: Project, pair: Pair, member: Member) -> bool:
    """Tell whether a derived class may leave out what it inherits from a Protocol.

    So it may with what is called for those who write it, `on_start`, and what alone is not marked as abstract.
    """
    known = project.query(ports)
    if pair.evidence != "inheritance" or not known.is_protocol(member.owner) or known.is_abstract_method(member):
        return False
    methods = [each for each in project.query(ClassTable).own_members(member.owner).values() if each.is_method]
    marked = sum(map(known.is_abstract_method, methods))
    return member.name.startswith(_HOOKS) or (member.is_method and marked > 1 and 3 * marked >= len(methods))


def _only_refuses(project: Project, key: str) -> bool:
    """Tell whether a class has nothing but methods that raise `NotImplementedError`: it stands for what is absent."""
    module, _ = project.class_(key)
    index = int(key.rpartition("@")[2])
    own = [each for each in module.facts.functions if each.owner == index]
    return len(own) > 1 and all(each.body == "stub" for each in own)


def _is_template(project: Project, pair: Pair) -> bool:
    """Tell whether a class that nobody makes uses a member that it lacks: it leaves that to classes of its users."""
    if pair.evidence != "inheritance" or _is_made(project, pair.adapter):
        return False
    missing = {each.promised.name for each in project.query(conformance).verdict(pair).mismatches if not each.kept}
    for owner in project.query(types).order(pair.adapter):
        if owner == pair.port:
            return False
        if "@" in owner and not missing.isdisjoint(_used_of_itself(project, owner)):
            return True
    return False


def _used_of_itself(project: Project, key: str) -> Iterator[str]:
    """Yield the names of members that a class reads or calls on its own instance."""
    facts = project.class_(key)[0].facts
    for reference in (*(each.reference for each in facts.loads), *facts.called):
        owner, _, rest = reference.partition("{}.")
        if owner == key:
            yield rest.partition(".")[0]


def _is_made(project: Project, key: str) -> bool:
    """Tell whether the project makes an instance of a class."""
    resolver = project.query(types)
    calls = project.query(Calls).named({project.class_(key)[1].name})
    return any(value.name == key for _, call in calls for value in resolver.infer(call.callee))


def _is_taken(project: Project, key: str) -> bool:
    """Tell whether a parameter of some function of the project is annotated with a class."""
    resolver = project.query(types)
    annotations = {
        parameter.annotation
        for module in project.modules
        for function in module.facts.functions
        for parameter in function.parameters
    }
    return any(value.name == key for annotation in annotations for value in resolver.infer(annotation))


def port_async_mismatch(project: Project, rule: Rule, pairs: Pairs = None) -> Iterator[Violation]:
    """PRT004: a method is async in the port and plain in the adapter, or the other way round."""
    reported: set[tuple[str, str]] = set()
    for pair, mismatch in mismatches(project, pairs, ("async", "stream")):
        place = _identity(mismatch)
        if place in reported or is_fake(project, pair, _kept(mismatch)):
            continue
        reported.add(place)
        yield (_stream if mismatch.kind == "stream" else _async)(project, rule, pair, mismatch)


def _async(project: Project, rule: Rule, pair: Pair, mismatch: Mismatch) -> Violation:
    judge = project.query(conformance)
    module, theirs = judge.definition(_kept(mismatch))
    _, ours = judge.definition(mismatch.promised)
    assert theirs is not None
    assert ours is not None
    _, port = project.class_(pair.port)
    _, adapter = project.class_(pair.adapter)
    mine, other = (_kind(each) for each in (ours, theirs))
    advice = f"make both {mine}, since callers {'await' if ours.is_async else 'do not await'} the port's method"
    if mine == other:
        mine, other = ("an async generator" if each.is_generator else "a coroutine function" for each in (ours, theirs))
        advice = f"make both {mine}; what is to be iterated is `def {ours.name}(...) -> AsyncIterator[...]` in the port"
    return rule.violation(
        module,
        (theirs.start, theirs.end),
        message=(
            f"`{adapter.name}.{theirs.name}` is {other}, but its port `{_told_apart(project, pair)}` "
            f"says {mine} ({pair.evidence})"
        ),
        subject=f"{port.name}.{theirs.name}",
        scope=theirs.qualname,
        severity=_severity(rule, pair),
        help_=advice,
        trace=tuple(_trace(project, pair)),
    )


def _kind(function: Function) -> str:
    return "`async def`" if function.is_async else "`def`"


def _stream(project: Project, rule: Rule, pair: Pair, mismatch: Mismatch) -> Violation:
    module, ours = project.query(conformance).definition(mismatch.promised)
    assert ours is not None
    _, port = project.class_(pair.port)
    _, adapter = project.class_(pair.adapter)
    return rule.violation(
        module,
        (ours.start, ours.end),
        message=(
            f"`{_told_apart(project, pair)}.{ours.name}` is `async def` without a `yield`, which promises a coroutine; "
            f"`{adapter.name}` gives an async iterator ({pair.evidence})"
        ),
        subject=f"{port.name}.{ours.name}",
        scope=ours.qualname,
        severity=Severity.WARNING,
        help_=f"write `def {ours.name}(...) -> AsyncIterator[...]` in the port, since callers iterate and do not await",
        trace=tuple(_trace(project, pair)),
    )


def port_signature_mismatch(project: Project, rule: Rule, pairs: Pairs = None) -> Iterator[Violation]:
    """PRT005: an adapter's member cannot be used as its port promises; one violation a member."""
    judge = project.query(conformance)
    reported: set[tuple[str, str]] = set()
    found = list(mismatches(project, pairs, ("signature", "narrowed", "name", "formal")))
    family = Counter((pair.port, each.promised.name) for pair, each in found if _is_narrowed(pair, each))
    for pair, mismatch in found:
        place = _identity(mismatch)
        kept = _kept(mismatch)
        if place in reported or is_fake(project, pair, kept):
            continue
        reported.add(place)
        module, owner = project.class_(kept.owner)
        start, end = _span(judge, mismatch)
        _, port = project.class_(pair.port)
        _, adapter = project.class_(pair.adapter)
        yield rule.violation(
            module,
            (start, end),
            message=(
                f"`{adapter.name}.{kept.name}` does not fit its port `{_told_apart(project, pair)}` ({pair.evidence}) "
                f"because {'; '.join(mismatch.texts)}"
            ),
            subject=f"{port.name}.{kept.name}",
            scope=f"{owner.qualname}.{kept.name}",
            severity=_weight(project, rule, pair, mismatch, family[pair.port, kept.name]),
            help_=(
                f"make `{port.name}` generic in what `{kept.name}` takes"
                if _is_narrowed(pair, mismatch)
                else f"give `{kept.name}` the signature of the port, or change the port"
            ),
            trace=tuple(_trace(project, pair)),
        )


def _is_narrowed(pair: Pair, mismatch: Mismatch) -> bool:
    return mismatch.kind == "narrowed" and pair.evidence == "inheritance"


def _weight(project: Project, rule: Rule, pair: Pair, mismatch: Mismatch, family: int) -> Severity:
    """Return what a mismatch weighs; `family` is how many adapters of the port take only some of what it passes."""
    if _is_accepted(project, mismatch):
        return Severity.NOTE
    if _is_narrowed(pair, mismatch) and family > 1:  # each handles a kind of its own, and is only given that
        return Severity.NOTE
    if mismatch.kind == "formal" or mismatch.promised.name.startswith("_"):  # a private one only the port itself calls
        return Severity.NOTE
    if mismatch.kind == "name":
        noticed = not mismatch.renamed or _is_passed_by_name(project, mismatch)
        return Severity.WARNING if noticed and not pair.is_guessed else Severity.NOTE
    return _severity(rule, pair)


def _is_accepted(project: Project, mismatch: Mismatch) -> bool:
    """Tell whether a comment at the adapter's method says that type checkers are not to complain about it."""
    module, function = project.query(conformance).definition(_kept(mismatch))
    start = function.start if function is not None else -1
    return any(each.code == _ACCEPTED and each.start == start for each in module.facts.candidates)


def _is_passed_by_name(project: Project, mismatch: Mismatch) -> bool:
    """Tell whether the project calls a method of this name with one of the renamed parameters as a keyword."""
    calls = project.query(Calls).named({mismatch.promised.name})
    return any(name in mismatch.renamed for _, call in calls for name, _ in call.arguments)


def _severity(rule: Rule, pair: Pair) -> Severity:
    return Severity.WARNING if pair.is_guessed else rule.severity


def _superseded(project: Project, pair: Pair, mismatch: Mismatch) -> bool:
    """Tell whether the member is inherited by the port and reported for the one that declares it."""
    owner = mismatch.promised.owner
    return owner != pair.port and any(
        other.adapter == pair.adapter and other.port == owner for other in project.query(adapters).pairs
    )


def _trace(project: Project, pair: Pair) -> Iterator[Step]:
    """Say where an adapter is joined to its port, when that is not at its own class."""
    module, start, end = pair.site
    if pair.evidence not in ("inheritance", "name", "statement"):
        _, adapter = project.class_(pair.adapter)
        text = f"`{adapter.name}` meets `{_told_apart(project, pair)}` here, {_EVIDENCE[pair.evidence]}"
        yield Step(text, project.by_name[module].place(start, end))


def _told_apart(project: Project, pair: Pair) -> str:
    """Return the name of a port, with its module if the adapter has the same."""
    module, port = project.class_(pair.port)
    _, adapter = project.class_(pair.adapter)
    return f"{module.name}.{port.name}" if adapter.name == port.name else port.name


def _kept(mismatch: Mismatch) -> Member:
    assert mismatch.kept is not None
    return mismatch.kept


def _span(judge: Conformance, mismatch: Mismatch) -> tuple[int, int]:
    member = _kept(mismatch)
    if member.attribute is not None:
        return member.attribute.start, member.attribute.end
    _, function = judge.definition(member)
    assert function is not None
    return function.start, function.end


def _identity(mismatch: Mismatch) -> tuple[str, str]:
    """Return what is reported once: the adapter's member, or the port's for a stream."""
    member = mismatch.promised if mismatch.kind == "stream" else _kept(mismatch)
    return member.owner, member.name
