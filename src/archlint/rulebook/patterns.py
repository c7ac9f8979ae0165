"""Judges the rules that are only a pattern, on the calls, loads and imports of the whole program."""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from archlint.facts import model
from archlint.facts.model import Call, Import, Load
from archlint.model import Severity, Violation
from archlint.project.entry import role_of
from archlint.project.importers import importers_of
from archlint.project.imports import written
from archlint.project.layers import layers
from archlint.project.modulewise import ModuleWise
from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.uses import Endings, last_word, other_spellings, spellings
from archlint.rulebook.model import Pattern, Rule


class _Named(NamedTuple):
    """A call (or else a load), which number it is in the module's facts, and those of its names that patterns have."""

    is_call: bool
    number: int
    names: tuple[str, ...]


class _Index:
    """Patterns by canonical name, and the last components by which a use is worth resolving."""

    def __init__(self, project: Project, rules: Iterable[Rule]) -> None:
        self._project = project
        self._roles: dict[str, str] = {}
        self.uses: dict[str, list[tuple[Rule, Pattern]]] = {}
        self.imports: list[tuple[Rule, Pattern]] = []
        for rule in rules:
            for pattern in rule.match:
                if pattern.kind == "import":
                    self.imports.append((rule, pattern))
                else:
                    name = project.library.canonical(pattern.name)
                    self.uses.setdefault(name, []).append((rule, pattern))
        self._words = other_spellings((last_word(name) for name in self.uses), project.query(spellings))
        self._knows = Endings(self._words)
        self.named = ModuleWise("names of patterns", tuple[_Named, ...], self._named_in, self._premises)
        """The query for what in each module has a name that a pattern has."""

    def _named_in(self, project: Project, module: Module) -> tuple[_Named, ...]:
        facts, resolver = module.facts, project.query(types)
        uses = [(True, number, call.callee) for number, call in enumerate(facts.calls) if self._knows[call.callee]]
        uses += [
            (False, number, load.reference) for number, load in enumerate(facts.loads) if self._knows[load.reference]
        ]
        named = (_Named(call, number, self._names(resolver.names(name))) for call, number, name in uses)
        return tuple(each for each in named if each.names)

    def _names(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.uses)

    def _premises(self, _project: Project) -> object:
        """Return what of the whole program, and of the rules, decides what is named."""
        return sorted(self._words), sorted(self.uses)

    def holds(self, rule: Rule, module: Module) -> bool:
        """Tell whether a rule is about modules of this layer role."""
        if not rule.layers and not rule.except_layers:
            return True
        if module.path not in self._roles:
            self._roles[module.path] = role_of(self._project, module)
        role = self._roles[module.path]
        return role not in rule.except_layers and (not rule.layers or role in rule.layers)

    def severity(self, rule: Rule, module: Module) -> Severity | None:
        """Return the severity where it is not the rule's own: no error where the layer is only guessed from a name."""
        layer = self._project.query(layers).of(module.name) if rule.layers else None
        return Severity.WARNING if layer and not layer.sure and rule.severity is Severity.ERROR else None


def pattern_violations(project: Project, rules: Iterable[Rule]) -> Iterator[Violation]:
    """Yield the violations of every rule that has patterns."""
    index = _Index(project, rules)
    named = project.query(index.named)
    for module in project.modules:
        for is_call, number, names in named[module.path]:
            use = module.facts.calls[number] if is_call else module.facts.loads[number]
            yield from _uses(module, use, names, index)
    yield from _imports(project, index)


def _uses(module: Module, use: Call | Load, names: Iterable[str], index: _Index) -> Iterator[Violation]:
    seen: set[str] = set()
    for name in names:
        for rule, pattern in index.uses[name]:
            if rule.code not in seen and _matches(rule, pattern, module, use) and index.holds(rule, module):
                seen.add(rule.code)
                yield rule.violation(
                    module,
                    (use.start, use.end),
                    message=rule.message,
                    subject=pattern.name,
                    scope=module.scope(use.function, use.owner),
                    severity=index.severity(rule, module),
                )


def _matches(rule: Rule, pattern: Pattern, module: Module, use: Call | Load) -> bool:
    if pattern.kind == ("load" if isinstance(use, Call) else "call"):
        return False
    if not stands_within(rule.within, module, use):
        return False
    if not isinstance(use, Call):
        return (pattern.kind == "name" or not use.flags & model.IN_PARTIAL) and not _is_called_later(module, use)
    if not arguments_match(pattern, use):
        return False
    return not any(_is_exempt(exempt, pattern, module, use) for exempt in rule.unless)


def _is_called_later(module: Module, load: Load) -> bool:
    """Tell whether a load gives another name to what is called by it below, where the call is judged."""
    if not load.flags & model.ALIASED or load.function < 0 <= load.owner:
        return False
    callees = {load.reference} if load.function >= 0 else module.names_of(load.reference)
    return any(
        call.callee in callees and call.start > load.end and load.function in (-1, call.function)
        for call in module.facts.calls
    )


def _is_exempt(exempt: Pattern, pattern: Pattern, module: Module, call: Call) -> bool:
    if exempt.name != pattern.name or not arguments_match(exempt, call):
        return False
    chained = f"{call.callee}().{exempt.then}"
    return not exempt.then or any(other.start == call.start and other.callee == chained for other in module.facts.calls)


def _imports(project: Project, index: _Index) -> Iterator[Violation]:
    wanted: dict[str, list[tuple[Rule, Pattern]]] = {}
    for rule, pattern in index.imports:
        wanted.setdefault(pattern.name.partition(".")[0], []).append((rule, pattern))
    foreign = frozenset(wanted.keys() - project.by_name.keys())
    for module in importers_of(project, foreign):
        for import_ in module.facts.imports:
            top = import_.target.partition(".")[0]
            for rule, pattern in wanted[top] if top in foreign else ():
                if not _imports_from(import_, pattern) or not _may_stand(rule, import_):
                    continue
                if _is_fallback(import_, rule, module) or not index.holds(rule, module):
                    continue
                yield rule.violation(
                    module,
                    (import_.start, import_.end),
                    message=rule.message,
                    subject=written(import_),
                    scope=module.scope(import_.function),
                    severity=index.severity(rule, module),
                )


def _imports_from(import_: Import, pattern: Pattern) -> bool:
    return _is_below(import_.target, pattern.name) or _is_below(written(import_), pattern.name)


def _is_fallback(import_: Import, rule: Rule, module: Module) -> bool:
    """Tell whether an import under `try` or `if` only replaces one that `unless` names, where that is missing."""
    return import_.kind == "conditional" and any(
        exempt.kind == "import" and _imports_from(other, exempt)
        for exempt in rule.unless
        for other in module.facts.imports
    )


def _may_stand(rule: Rule, import_: Import) -> bool:
    """Tell whether an import stands where the page's `within` wants it, as far as imports know where they stand."""
    match rule.within:
        case "":
            return True
        case "function":
            return import_.function >= 0
        case "module body":
            return import_.function < 0 and import_.kind != "type-checking"
    return False


def _is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def stands_within(within: str, module: Module, use: Call | Load) -> bool:
    """Tell whether a use stands where the page's `within` wants it."""
    function = module.facts.functions[use.function] if use.function >= 0 else None
    match within:
        case "":
            return True
        case "async function":
            return function is not None and function.is_async
        case "function":
            return function is not None
        case "module body":
            return function is None and not use.flags & (model.IN_MAIN_GUARD | model.IN_TYPE_CHECKING)
    return bool(use.flags & _BITS[within])


_BITS = {
    "class body": model.IN_CLASS_BODY,
    "comprehension": model.IN_COMPREHENSION,
    "condition": model.IN_CONDITION,
    "decorator": model.IN_DECORATOR,
    "default": model.IN_DEFAULT,
    "loop": model.IN_LOOP,
    "raise": model.IN_RAISE,
    "try": model.IN_TRY,
    "with": model.IN_WITH,
}


def arguments_match(pattern: Pattern, call: Call) -> bool:
    """Tell whether a call's arguments fit a pattern; unpacked arguments may be anything, so they fit no condition."""
    names = [name for name, _ in call.arguments]
    unpacked = "*" in names or "**" in names
    conditional = bool(pattern.arguments or pattern.without) or not pattern.others
    if unpacked and conditional:
        return False
    if not pattern.others and len(call.arguments) != len(pattern.arguments):
        return False
    positional = [value for name, value in call.arguments if not name]
    keywords = {name: value for name, value in call.arguments if name}
    for name, position in pattern.without:
        if name in keywords or 0 <= position < len(positional):
            return False
    for key, wanted in pattern.arguments:
        given = (positional[int(key)] if int(key) < len(positional) else None) if key.isdigit() else keywords.get(key)
        if given is None or _literal(given) != wanted:
            return False
    return True


@lru_cache(maxsize=4096)
def _literal(value: str) -> str | None:
    if not value.startswith("="):
        return None
    try:
        return repr(ast.literal_eval(value[1:]))
    except (ValueError, SyntaxError):
        return None
