"""What a reference of a fact stands for, worked out over the whole program (the notation: `facts/model.py`).

Nothing is guessed: a step that cannot be followed gives no value. Third-party results come from `rules/data`.
"""

from archlint.facts.model import Function
from archlint.facts.references import (
    CONTEXT_MANAGERS,
    KEPT_BY_KEY,
    KEPT_UNDER,
    SELF,
    WANTED,
    alternatives,
    arguments_of,
    filled,
    last_step,
    parameter_of,
    step,
)
from archlint.project.classes import STRUCTURAL, ClassTable, Member, implementation
from archlint.project.containers import element, method_result, subscript
from archlint.project.generics import VARIABLES, Generics
from archlint.project.known import Known
from archlint.project.method_resolution import MethodResolution
from archlint.project.namespaces import Namespaces
from archlint.project.program import Module, Project
from archlint.project.reading import CUT
from archlint.project.values import Answer, Value

_NAMED_TUPLE = "typing.NamedTuple"
MAX_DEPTH = 60
LAZY = frozenset({"builtins.map", "builtins.filter", "itertools.starmap", "itertools.filterfalse"})
"""What runs a function (its type argument) each time it is iterated over."""
_CONTAINERS = ("builtins.", "typing.", "collections.")
_GENERATED = "_pb2_grpc."
"""What stands in the names of generated gRPC code, which is seldom kept with the package that it belongs to."""
_OR = " or "
"""Between a placeholder in what a call gives, and the class that it is where the placeholder is not known."""
_CLASSES = frozenset({"builtins.type", "typing.Type"})
_CALLABLE = frozenset({"typing.Callable", "collections.abc.Callable"})


class Types:
    """Resolves references; one per project, reached by `project.query(types)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._library = project.library
        self.classes = project.query(ClassTable)
        self.reading = project.reading
        self.known = Known()
        self._memo = self.known.memo
        self._circular: dict[str, Answer] = {}
        self._draft: dict[str, tuple[Value, ...]] = {}
        self._orders = MethodResolution(project, self.infer)
        self._names: dict[str, tuple[tuple[str, ...], int]] = {}
        self._generics = Generics(project, self.infer)
        self._namespaces = Namespaces(project, self)
        self._depth = 0

    def infer(self, reference: str) -> tuple[Value, ...]:
        """Return everything that `reference` may stand for; empty when nothing is known.

        In a circle of references each contributes what it does not take from the circle. Such an answer is
        complete only for the outermost question, and given only to who asks it again: the others are drafts, thrown
        away with it, so that no answer depends on what was asked before. The source of a literal, which arguments may
        be (`="a@b"`), is no reference and tells nothing.
        """
        known = self._memo.get(reference)
        if known is None:
            if not reference or reference[0] == "=":
                return ()
            known = self.known.take_over(reference)
        if known is not None:
            if known[1]:
                self.reading.reads |= known[1]
            return known[0]
        if not self._depth and reference in self._circular:
            answer, reads = self._circular[reference]
            self.reading.reads |= reads
            return answer
        draft = self._draft.get(reference)
        if draft is not None:
            self.reading.cuts += 1
            return draft
        if self._depth > MAX_DEPTH:
            self.reading.cuts += 1
            self.reading.reads |= CUT
            return ()
        return self._work_out(reference)

    def _work_out(self, reference: str) -> tuple[Value, ...]:
        reading = self.reading
        cuts = reading.cuts
        self._draft[reference] = ()
        self._depth += 1
        before, reading.reads = reading.reads, 0
        try:
            if "|" in reference:
                found = tuple(value for part in alternatives(reference) for value in self._infer_one(part))
            else:
                found = self._infer_one(reference)
            if len(found) > 1:
                found = tuple(dict.fromkeys(found))
            self._draft[reference] = found
            if cuts == reading.cuts:
                self._memo[reference] = found, reading.set()
            elif self._depth == 1:
                self._circular[reference] = found, reading.set()
        finally:
            reading.reads |= before
            self._depth -= 1
            if not self._depth:
                self._draft.clear()
        return found

    def _infer_one(self, reference: str) -> tuple[Value, ...]:
        last = last_step(reference)
        if not last:
            return self._root(reference)
        before = self.infer(reference[: len(reference) - len(last)])
        if len(before) == 1:
            return self._step(before[0], last)
        return tuple(result for value in before for result in self._step(value, last))

    def _root(self, root: str) -> tuple[Value, ...]:
        if "#" in root or "@" in root:
            parameter = parameter_of(root)
            return self._namespaces.passed(*parameter) if parameter is not None else (Value("object", root),)
        return () if root.startswith("?") else self._named(root)

    def _named(self, dotted: str) -> tuple[Value, ...]:
        """Return what an absolute dotted name means, through imports and re-exports."""
        found = self._project.split(dotted)
        if found is None:
            return self._external(dotted)
        head, rest = found
        self.reading.add(head)
        values = self._below((Value("object", head),), rest)
        if not rest or not values:
            values = self._below(self._over_module(head), rest) or values
        return self._external(dotted) if not values and _GENERATED in dotted else values

    def _below(self, values: tuple[Value, ...], dotted: str) -> tuple[Value, ...]:
        for attribute in dotted.split(".") if dotted else ():
            values = tuple(result for value in values for result in self._attribute(value, attribute))
        return values

    def _over_module(self, name: str) -> tuple[Value, ...]:
        """Return what a package binds to the name of a module in it: who imports the name gets that."""
        around, _, last = name.rpartition(".")
        package = self._project.by_name.get(around)
        if package is None:
            return ()
        self.reading.missed.add(name)
        references = package.facts.bindings.get(last, ())
        if not references or name in references:
            return ()
        self.reading.add(around)
        return tuple(value for each in references for value in self.infer(each))

    def _module_attribute(self, module: Module, name: str) -> tuple[Value, ...]:
        self.reading.add(module.name)
        references = module.facts.bindings.get(name)
        if references is not None:
            return tuple(dict.fromkeys(value for each in references for value in self.infer(each)))
        dotted = f"{module.name}.{name}"
        self.reading.missed.add(dotted)
        if dotted in self._project.by_name:
            return (Value("object", dotted),)
        for star in (each for each in module.facts.imports if each.name == "*"):
            found = self._through_star(star.target, name)
            if found:
                return found
        return ()

    def _through_star(self, target: str, name: str) -> tuple[Value, ...]:
        source = self._project.by_name.get(target)
        if source is None or name.startswith("_"):
            return ()
        self.reading.add(target)
        if source.facts.exports is not None and name not in source.facts.exports:
            return ()
        return self.infer(f"{target}.{name}")

    def _step(self, value: Value, step: str) -> tuple[Value, ...]:
        kind = step[0]
        if kind == ".":
            return self._attribute(value, step[1:])
        if kind == "(":
            return self._call(value)
        if kind == "{":
            return self._instance(value)
        if kind == "<":
            return (_with_arguments(value, step),)
        if kind == "!":
            return self._await(value)
        if kind in "^~":
            return self._enter(value, kind)
        if kind in "%$+":
            return self._seen_as(value, kind)
        return self._element(value, step)

    def _seen_as(self, value: Value, kind: str) -> tuple[Value, ...]:
        if kind == "%":
            return (value._replace(kind="super"),)
        if kind == "$":
            return (value._replace(kind="partial"),) if value.kind == "object" else ()
        return (value._replace(kind="elements"),) if value.kind == "generator" or value.name in LAZY else (value,)

    def _instance(self, value: Value) -> tuple[Value, ...]:
        if value.kind == "instance" and value.args and value.name in VARIABLES:
            return self.infer_instance(value.args[0])
        if value.kind != "object" or value.is_function or value.name in self._project.by_name:
            return ()
        if value.name in _CLASSES and value.args:
            return tuple(each for argument in value.args for each in self.infer(argument))
        return (Value("instance", value.name, value.args),)

    def _attribute(self, value: Value, name: str) -> tuple[Value, ...]:
        if name == "__class__" and value.kind in ("instance", "super"):
            return (Value("object", value.name, value.args),)
        if name == KEPT_BY_KEY or name.startswith(KEPT_UNDER):
            return self._namespaces.element(value, name)
        if value.kind == "object" and not value.is_class and not value.is_function:
            module = self._project.by_name.get(value.name)
            if module is not None:
                return self._module_attribute(module, name)
            return self._external(f"{value.name}.{name}")
        if value.is_class and value.kind in ("object", "instance", "super"):
            return self._member_values(value, name)
        if value.kind == "instance":
            return self._external_attribute(value, value.name, name)
        if value.is_function and value.kind == "object":
            return self._attribute_of_replacement(value, name)
        return ()

    def _attribute_of_replacement(self, value: Value, name: str) -> tuple[Value, ...]:
        """Return an attribute of what a third-party decorator puts in a function's place, such as a Celery task."""
        _, function = self._project.function(value.name)
        for decorator in function.decorators:
            for made in self.infer(decorator.removesuffix("()") + "()"):
                if made.kind == "instance" and not made.is_class and self._library.is_class(made.name):
                    return self._external_attribute(made, made.name, name)
        return ()

    def _external(self, dotted: str) -> tuple[Value, ...]:
        """Return what a dotted name outside the project means: a variable of a module is an instance of its type."""
        type_, rest = self._library.variable(dotted)
        if type_:
            return self.infer(f"{type_}{{}}{rest}")
        return (Value("object", self._library.canonical(dotted)),)

    def _external_attribute(self, value: Value, owner: str, name: str) -> tuple[Value, ...]:
        if owner in self._library.namespaces and (kept := self._namespaces.attribute(owner, name)):
            return kept
        known = self._library.attribute(f"{owner}.{name}")
        if known is not None:
            return self.infer_instance(filled(known, "Self", value.name))
        member = self._library.member(owner, name)
        made_up = self._library.returns(f"{owner}.__getattr__") if value.kind == "instance" else None
        if made_up is not None and name[:1] != "_" and not self._library.has_member(member):
            return self.infer_instance(made_up)
        asked = (value.name,) if value.kind == "object" and value.is_class else ()
        return (Value("object", member, value.args, receiver=owner, handed=asked),)

    def _member_values(self, value: Value, name: str) -> tuple[Value, ...]:
        order = self.order(value.name)
        if value.kind == "super":
            order = order[1:]
        for owner in order:
            if "@" not in owner:
                if owner not in STRUCTURAL and (known := self._external_attribute(value, owner, name)):
                    return known
                continue
            member = self.classes.own_members(owner).get(name)
            if member is not None:
                return self._member(value, member)
        return self._handed_on(name, order) if value.kind == "instance" else ()

    def _handed_on(self, name: str, order: tuple[str, ...]) -> tuple[Value, ...]:
        """Return the attribute of what the `__getattr__` of a class hands on to."""
        owners = (owner for owner in order if "@" in owner)
        member = next(filter(None, (self.classes.own_members(owner).get("__getattr__") for owner in owners)), None)
        if member is None or not member.functions or name[:2] == "__":
            return ()
        module, _ = self._project.class_(member.owner)
        values = (each for index in member.functions for each in module.facts.functions[index].values)
        parts = [part for value in values for part in alternatives(value) if part.endswith(f".{WANTED}")]
        return tuple(each for part in parts for each in self.infer(part.removesuffix(WANTED) + name))

    def _member(self, value: Value, member: Member) -> tuple[Value, ...]:
        if member.functions:
            module, _ = self._project.class_(member.owner)
            function = implementation(module, member)
            index = next(each for each in member.functions if module.facts.functions[each] is function)
            method = Value("object", f"{module.name}#{index}", value.args, value.name)
            if member.is_property and value.kind != "object":
                return self._call(method)
            return (method,)
        attribute = member.attribute
        assert attribute is not None
        if attribute.in_body and not attribute.annotation and self._is_enum(member.owner):
            return (Value("instance", member.owner),)
        annotated: tuple[Value, ...] = ()
        if attribute.annotation:
            annotated = self.infer_instance(self._seen_from(value, attribute.annotation, member.owner))
            if annotated and "Callable" not in attribute.annotation:
                return annotated
        values = (self._seen_from(value, reference, member.owner) for reference in attribute.values)
        return tuple(dict.fromkeys((*annotated, *(each for given in values for each in self.infer(given)))))

    def _is_enum(self, key: str) -> bool:
        return any(base.startswith("enum.") for base in self.order(key))

    def _seen_from(self, value: Value, annotation: str, owner: str) -> str:
        """Return an annotation in the class `owner` with its type variables replaced by what `value` gives them."""
        return self._generics.filled(annotation, value.name, value.args, owner) if annotation else ""

    def infer_instance(self, annotation: str) -> tuple[Value, ...]:
        """Return what a value annotated with the type `annotation` may be."""
        return tuple(each for part in alternatives(annotation) for each in self.infer(part + "{}"))

    def order(self, key: str) -> tuple[str, ...]:
        """Return the method resolution order of a class of the project: itself, its bases, external ones by name."""
        return self._orders.of(key)

    def has_unknown_base(self, key: str, known: frozenset[str] = frozenset()) -> bool:
        """Tell whether some base of the class, at any depth, could not be resolved or is external and adds members.

        What `with` calls does not count, nor do bases that are `known` to the caller.
        """
        return self._orders.has_unknown_base(key, known)

    def _call(self, value: Value) -> tuple[Value, ...]:
        if value.kind == "partial":
            value = value._replace(kind="object")
        if value.is_function and value.kind == "object":
            return self._call_function(value)
        if value.kind == "object" and value.is_class:
            return (Value("instance", value.name, value.args),)
        if value.kind == "object":
            return self._call_external(value)
        return self._call_instance(value) if value.kind == "instance" else ()

    def _call_instance(self, value: Value) -> tuple[Value, ...]:
        if value.name.startswith("dependency_injector.providers."):
            return tuple(each for provided in value.args for each in self.infer(step(provided, "()")))
        if value.name in CONTEXT_MANAGERS:
            made = (each for argument in value.args for each in self.infer(step(argument, "()")))
            return tuple(each._replace(kind="context") for each in made if each.kind == "generator")
        if value.name in _CLASSES:
            return tuple(each for argument in value.args for each in self.infer_instance(argument))
        if value.name in _CALLABLE:
            return self.infer_instance(value.args[-1]) if value.args else ()
        return tuple(each for method in self._attribute(value, "__call__") for each in self._call(method))

    def _call_external(self, value: Value) -> tuple[Value, ...]:
        if value.receiver.startswith(_CONTAINERS):
            return tuple(each for part in method_result(value.name, value.args) for each in self.infer(part))
        returns = self._library.returns(value.name)
        if returns is not None:
            returns = filled(returns, "Handed", value.handed[0] if value.handed else "")
            returns = filled(returns, "Sole", value.handed[0] if len(value.handed) == 1 else "")
            returns = filled(returns, "Self", value.handed[0] if value.handed else "")
            returns, _, otherwise = returns.partition(_OR)
            return self.infer_instance(filled(returns, "T", value.args[0] if value.args else otherwise))
        if value.name in self._project.by_name:
            return ()
        made = self._library.made_class(value.name)
        if made is not None:
            return (Value("object", made),)
        last = value.name.rpartition(".")[2].lstrip("_")
        if self._library.is_class(value.name) or (last[:1].isupper() and not last.isupper() and not value.receiver):
            return (Value("instance", value.name, value.args),)
        return ()

    def _call_function(self, value: Value) -> tuple[Value, ...]:
        _, function = self._project.function(value.name)
        if CONTEXT_MANAGERS.intersection(function.decorators):
            return (value._replace(kind="context"),)
        if function.is_generator:
            return (value._replace(kind="generator"),)
        if function.is_async:
            return (value._replace(kind="coroutine"),)
        return self._returned(value, function)

    def _returned(self, value: Value, function: Function) -> tuple[Value, ...]:
        if function.returns:
            if value.receiver and self._is_receiver(function):
                return (Value("instance", value.receiver),)
            return self.infer_instance(self._told(value, function, function.returns))
        values = (self._told(value, function, reference) for reference in function.values)
        return tuple(dict.fromkeys(each for reference in values for each in self.infer(reference)))

    def _is_receiver(self, function: Function) -> bool:
        """Tell whether a method says that it returns what it is called on: `Self`, or the type variable of `self`."""
        if any(each.name in SELF for each in self.infer(function.returns)):
            return True
        bound = function.is_bound
        own = function.parameters[0].annotation if bound and function.parameters else ""
        return bool(own) and self._generics.variable_of(own) == function.returns

    def _told(self, value: Value, function: Function, annotation: str) -> str:
        """Return what a function says of its result, as its caller sees it: by the instance and the classes given."""
        if value.handed and annotation:
            annotation = self._generics.handed(annotation, function, value.handed)
        if not value.receiver or function.owner < 0:
            return annotation
        owner = f"{value.name.rpartition('#')[0]}@{function.owner}"
        return self._generics.filled(annotation, value.receiver, value.args, owner)

    def _await(self, value: Value) -> tuple[Value, ...]:
        if value.kind == "coroutine":
            _, function = self._project.function(value.name)
            return self._returned(value, function)
        if value.kind == "instance" and value.args and not value.is_class:
            if value.name in (
                "asyncio.Task",
                "asyncio.Future",
                "typing.Awaitable",
                "collections.abc.Awaitable",
            ):
                return self.infer_instance(value.args[0])
            if value.name in ("typing.Coroutine", "collections.abc.Coroutine"):
                return self.infer_instance(value.args[-1])
        return (value,) if value.kind == "instance" else ()

    def _enter(self, value: Value, kind: str) -> tuple[Value, ...]:
        if value.kind == "context":
            return self._yielded(value)
        if value.kind != "instance":
            return ()
        if not value.is_class:
            entered = self._library.enters(value.name)
            if entered is not None:
                return self.infer_instance(filled(entered, "T", value.args[0] if value.args else ""))
            return (value,)
        name, step = ("__aenter__", "!") if kind == "~" else ("__enter__", "")
        results = [result for method in self._attribute(value, name) for result in self._call(method)]
        if step:
            results = [each for result in results for each in self._await(result)]
        external_bases = any("@" not in owner and owner not in STRUCTURAL for owner in self.order(value.name))
        return tuple(results) or ((value,) if external_bases else ())

    def _yielded(self, value: Value) -> tuple[Value, ...]:
        _, function = self._project.function(value.name)
        if function.returns:
            returns = self._told(value, function, function.returns)
            declared = [each for part in self.infer(returns) for each in part.args[:1]]
            found = tuple(each for part in declared for each in self.infer_instance(part))
            if found:
                return found
        return tuple(dict.fromkeys(each for part in function.yields for each in self.infer(part)))

    def _element(self, value: Value, step: str) -> tuple[Value, ...]:
        if value.kind in ("generator", "elements") and value.is_function:
            return self._yielded(value)
        if value.name == "builtins.map" and value.args and step != "&":
            return tuple(result for function in self.infer(value.args[0]) for result in self._call(function))
        if value.kind == "object" and value.is_class and self._is_enum(value.name):
            return (Value("instance", value.name),)
        if value.kind == "object" and step.startswith("["):
            return (value,)
        if value.kind != "instance":
            return ()
        if value.is_class:
            return self._field(value, step) or self._got(value, step)
        listed = self._library.returns(f"{value.name}.__next__")
        if listed is not None and (value.args or listed != "T"):
            return self.infer_instance(filled(listed, "T", value.args[0] if value.args else ""))
        if step in ("*", "&"):
            reference = element(value.name, value.args)
        else:
            reference = self._library.returns(f"{value.name}.__getitem__") or subscript(value.name, value.args, step)
        return self.infer_instance(reference) if reference else ()

    def _got(self, value: Value, step: str) -> tuple[Value, ...]:
        """Return what the `__getitem__` or `__iter__` of a class of the project gives: `registry[key]`."""
        method = "__getitem__" if step.startswith("[") else "__iter__" if step == "*" else "__aiter__"
        given = [each for found in self._attribute(value, method) for each in self._call(found)]
        if method != "__getitem__":
            given = [each for made in given if made != value for each in self._element(made, step)]
        return tuple(dict.fromkeys(given))

    def _field(self, value: Value, step: str) -> tuple[Value, ...]:
        """Return what a named tuple has at a place: `host, port = address`."""
        place, order = step[1:-1], self.order(value.name)
        if not place.isdecimal() or _NAMED_TUPLE not in order:
            return ()
        owned = (self._project.class_(owner)[1].attributes for owner in order if "@" in owner)
        fields = next(
            filter(None, ([each.name for each in own if each.in_body and each.annotation] for own in owned)), []
        )
        return self._attribute(value, fields[int(place)]) if int(place) < len(fields) else ()

    def names(self, reference: str) -> tuple[str, ...]:
        """Return the dotted names under which rules may know the thing that a reference stands for.

        A method that a third-party class inherits is known under the name of every class that could define
        it.
        """
        reading = self.reading
        known = self._names.get(reference)
        if known is not None:
            reading.reads |= known[1]
            return known[0]
        before, reading.reads = reading.reads, 0
        objects = (value for value in self.infer(reference) if value.kind == "object")
        names = tuple(dict.fromkeys(name for value in objects for name in self.names_of(value)))
        if not self._depth:
            self._names[reference] = names, reading.set()
        reading.reads |= before
        return names

    def names_of(self, value: Value) -> tuple[str, ...]:
        """Return the dotted names of an object; see `names`."""
        if value.is_function:
            module, function = self._project.function(value.name)
            return (f"{module.name}.{function.qualname}",)
        if value.is_class:
            module, fact = self._project.class_(value.name)
            return (f"{module.name}.{fact.qualname}",)
        owner, _, attribute = value.name.rpartition(".")
        owner = value.receiver or owner
        if owner and self._library.is_class(owner):
            return tuple(
                dict.fromkeys([value.name, *(f"{each}.{attribute}" for each in self._library.ancestors(owner))])
            )
        return (value.name,)


def _with_arguments(value: Value, step: str) -> Value:
    if step[1] != "=":
        return value._replace(args=tuple(arguments_of(step)))
    is_callable = value.kind == "object" and not value.is_class
    return value._replace(handed=tuple(arguments_of(f"<{step[2:]}"))) if is_callable else value


def types(project: Project) -> Types:
    """Answer the query for the program's types."""
    return Types(project)
