"""How the walk takes functions, lambdas, classes, parameters and comprehensions."""

from collections.abc import Iterator

import libcst as cst

from archlint.facts import model
from archlint.facts.assignments import count_target
from archlint.facts.binding import bind
from archlint.facts.elements import clause_elements
from archlint.facts.expressions import literal
from archlint.facts.handles import is_handle
from archlint.facts.narrowing import narrow
from archlint.facts.records import ClassRecord, FunctionRecord
from archlint.facts.references import SELF, step, union
from archlint.facts.scopes import Bindings, Scope
from archlint.facts.spelling import spell
from archlint.facts.uses import awaited, iterate
from archlint.facts.walk import Action, Walk, handles

_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})

_NAMED = frozenset({cst.Name, cst.Attribute, cst.Call, cst.Subscript})
"""Defaults that say what a parameter is for; a literal may stand for anything."""
_GIVEN = frozenset({"AsyncConnection", "AsyncSession", "Connection", "Session"})
"""Names of what dependencies give."""
_MODELS = frozenset({"entities", "model", "models", "tables"})
"""Modules and packages with what is stored, which no dependency gives."""


@handles(cst.FunctionDef)
def function(walk: Walk, node: cst.FunctionDef) -> None:
    """Walk a `def`: decorators, defaults and annotations belong to the scope around it."""
    outer, flags = walk.scope, walk.flags
    decorators = tuple(walk.expressions.value(decorator.decorator) for decorator in node.decorators)
    name = node.name.value
    index = walk.records.new_function(name, outer.inner_name(name), outer.function, walk.owner)
    record = walk.records.functions[index]
    record.decorators = decorators
    record.is_async = node.asynchronous is not None
    record.body = _kind_of(node.body)
    walk.push(
        (Walk.set_flags, flags | model.IN_DECORATOR),
        *node.decorators,
        (Walk.set_flags, flags | model.IN_DEFAULT),
        (_function_name, node, index),
        (_enter_type_parameters, node),
        node.type_parameters,
        (_parameters, node.params, record),
        node.returns,
        (_enter_function, node, index, outer),
        node.body,
        (Walk.leave,),
        (Walk.leave,),
        (Walk.set_flags, flags),
    )


def _enter_type_parameters(walk: Walk, node: cst.FunctionDef | cst.ClassDef) -> None:
    """Open the scope of type parameters, which hide what has their names outside (PEP 695)."""
    outer = walk.scope
    scope = Scope(outer, None, function=outer.function, owner=outer.owner, qualname=outer.qualname)
    for parameter in node.type_parameters.params if node.type_parameters is not None else ():
        name = parameter.param.name.value
        bound = parameter.param.bound if isinstance(parameter.param, cst.TypeVar) else None
        scope.env[name] = union(f"?{name}", walk.expressions.annotation(bound) if bound is not None else "")
    walk.enter(scope)


def _function_name(walk: Walk, node: cst.FunctionDef, index: int) -> None:
    ordinal = len(walk.names)
    record = walk.records.functions[index]
    record.anchor[:] = [ordinal, ordinal]
    walk.names.append(node.name.value)
    walk.check(node, record.anchor)
    bind(walk, node.name, f"{walk.module}#{index}", None)


def _parameters(walk: Walk, node: cst.Parameters, record: FunctionRecord) -> None:
    walk.push(*((_parameter, parameter, kind, record) for parameter, kind in _in_order(node)))


def _in_order(node: cst.Parameters) -> Iterator[tuple[cst.Param, model.ParameterKind]]:
    yield from ((parameter, "positional-only") for parameter in node.posonly_params)
    yield from ((parameter, "normal") for parameter in node.params)
    if isinstance(node.star_arg, cst.Param):
        yield node.star_arg, "variadic"
    yield from ((parameter, "keyword-only") for parameter in node.kwonly_params)
    if node.star_kwarg is not None:
        yield node.star_kwarg, "keyword-variadic"


def _parameter(walk: Walk, node: cst.Param, kind: model.ParameterKind, record: FunctionRecord) -> None:
    ordinal = len(walk.names)
    walk.names.append(node.name.value)
    annotation = walk.expressions.annotation(node.annotation.annotation) if node.annotation else ""
    spelled = spell(walk.expressions, node.annotation.annotation) if node.annotation and record.owner >= 0 else ""
    default = _default(walk, node)
    fact = model.Parameter(node.name.value, kind, annotation, node.default is not None, default, 0, 0, spelled)
    record.parameters.append(([ordinal, ordinal], fact))
    if node.default is not None and not annotation:
        record.injected[node.name.value] = _held_by_default(walk, node.default)
    elif annotation and _is_namesake(annotation):
        record.injected[node.name.value] = default if node.default is None else walk.expressions.injected(node.default)
    walk.push(node.annotation, node.default)


def _is_namesake(annotation: str) -> bool:
    """Tell whether a model of the program is called as what libraries give: `Session` was imported by mistake."""
    root, _, name = annotation.rpartition(".")
    return name in _GIVEN and not _MODELS.isdisjoint(root.partition("|")[0].split("."))


def _held_by_default(walk: Walk, default: cst.BaseExpression) -> str:
    """Return what a parameter without annotation may hold: what FastAPI injects, or its default if that is named."""
    injected = walk.expressions.injected(default)
    return injected or (walk.expressions.value(default) if default.__class__ in _NAMED else "")


def _default(walk: Walk, node: cst.Param) -> str:
    """Return what a parameter holds when nobody passes it: its default, or what FastAPI injects."""
    expressions = walk.expressions
    if node.default is not None:
        return literal(node.default) or expressions.injected(node.default) or expressions.value(node.default)
    return expressions.injected_by(node.annotation.annotation) if node.annotation is not None else ""


def _enter_function(walk: Walk, node: cst.FunctionDef, index: int, outer: Scope) -> None:
    record = walk.records.functions[index]
    if node.returns is not None:
        record.returns = walk.expressions.annotation(node.returns.annotation)
        record.spelled = spell(walk.expressions, node.returns.annotation) if outer.is_class else ""
    scope = Scope(
        walk.scope,
        Bindings([node.body], walk.module, walk.is_package),
        function=index,
        qualname=record.qualname,
        node=node,
    )
    _bind_parameters(walk, scope, record)
    if outer.is_class and record.parameters:
        receiver = _receiver(record, f"{walk.module}@{outer.owner}")
        if receiver:
            first = record.parameters[0][1]
            scope.env[first.name] = union(receiver, _mixed_into(first.annotation)) if receiver[-1] == "}" else receiver
            record.own -= {first.name}
    walk.imported.update(scope.bindings.imports if scope.bindings else ())
    walk.flags &= model.IN_TYPE_CHECKING
    walk.enter(scope)


def _receiver(record: FunctionRecord, owner: str) -> str:
    decorators = record.decorators
    if "builtins.staticmethod" in decorators:
        return ""
    if "builtins.classmethod" in decorators or record.name in _CLASS_METHODS:
        return owner
    return owner + "{}"


def _mixed_into(annotation: str) -> str:
    """Return what a mixin's method says that `self` is: an instance of the class that it is mixed into."""
    return "" if annotation in SELF else step(annotation, "{}")


def _bind_parameters(walk: Walk, scope: Scope, record: FunctionRecord) -> None:
    for _, parameter in record.parameters:
        instance = record.injected.get(parameter.name) or step(parameter.annotation, "{}")
        if parameter.kind == "variadic":
            instance = f"builtins.tuple<{parameter.annotation}>{{}}" if instance else "builtins.tuple{}"
        elif parameter.kind == "keyword-variadic":
            instance = f"builtins.dict<builtins.str,{parameter.annotation}>{{}}" if instance else "builtins.dict{}"
        elif not instance and is_handle(parameter.name):
            instance = f"{walk.module}#{scope.function}:{parameter.name}"
        scope.env[parameter.name] = instance
    bound = scope.bindings.names if scope.bindings is not None else frozenset()
    record.own = {
        each.name for _, each in record.parameters if each.name not in bound and each.kind not in model.VARIADIC
    }


@handles(cst.Lambda)
def lambda_(walk: Walk, node: cst.Lambda) -> None:
    """Walk a lambda as a function of its own."""
    index = walk.lambda_index(node)
    record = walk.records.functions[index]
    record.anchor[:] = [len(walk.names), len(walk.names)]
    flags = walk.flags
    walk.push(
        (Walk.set_flags, flags | model.IN_DEFAULT),
        (_parameters, node.params, record),
        (_enter_lambda, node, index),
        node.body,
        (Walk.leave,),
        (Walk.set_flags, flags),
    )


def _enter_lambda(walk: Walk, node: cst.Lambda, index: int) -> None:
    record = walk.records.functions[index]
    scope = Scope(walk.scope, Bindings((), walk.module, False), function=index, qualname=record.qualname, node=node)
    _bind_parameters(walk, scope, record)
    walk.flags &= model.IN_TYPE_CHECKING
    walk.enter(scope)
    record.values.append(walk.expressions.value(node.body))


@handles(cst.ClassDef)
def class_(walk: Walk, node: cst.ClassDef) -> None:
    """Walk a class: its bases belong to the scope around it, its body runs there and then."""
    outer, flags = walk.scope, walk.flags
    name = node.name.value
    index = len(walk.records.classes)
    record = ClassRecord(name, outer.inner_name(name), outer.function, walk.owner)
    walk.records.classes.append(record)
    record.decorators = tuple(walk.expressions.value(decorator.decorator) for decorator in node.decorators)
    if node.type_parameters is not None:
        record.parameters = tuple(each.param.name.value for each in node.type_parameters.params)
        _enter_type_parameters(walk, node)
    record.bases = tuple(walk.expressions.annotation(base.value) if not base.star else "" for base in node.bases)
    record.spelled = tuple(
        spell(walk.expressions, base.value) for base in node.bases if isinstance(base.value, cst.Subscript)
    )
    record.keywords = tuple(
        (keyword.keyword.value, literal(keyword.value) or walk.expressions.value(keyword.value))
        for keyword in node.keywords
        if keyword.keyword is not None
    )
    walk.push(
        (Walk.set_flags, flags | model.IN_DECORATOR),
        *node.decorators,
        (Walk.set_flags, flags),
        (_class_name, node, index),
        node.type_parameters,
        *node.bases,
        *node.keywords,
        (_enter_class, node, index),
        node.body,
        (Walk.leave,),
        (Walk.enter, outer),
        (Walk.set_flags, flags),
    )


def _class_name(walk: Walk, node: cst.ClassDef, index: int) -> None:
    ordinal = len(walk.names)
    record = walk.records.classes[index]
    record.anchor[:] = [ordinal, ordinal]
    walk.names.append(node.name.value)
    walk.check(node, record.anchor)
    bind(walk, node.name, f"{walk.module}@{index}", None)


def _enter_class(walk: Walk, node: cst.ClassDef, index: int) -> None:
    record = walk.records.classes[index]
    scope = Scope(
        walk.scope,
        Bindings([node.body], walk.module, walk.is_package),
        function=walk.scope.function,
        owner=index,
        qualname=record.qualname,
        node=node,
    )
    scope.is_class = True
    walk.flags |= model.IN_CLASS_BODY
    walk.enter(scope)


@handles(cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp, cst.StarredDictComp)
def comprehension(walk: Walk, node: cst.BaseComp) -> None:
    """Walk a comprehension in a scope of its own; its targets are bound before its element is seen.

    What its first `for` iterates over belongs to the scope around it and is read once.
    """
    outer, flags = walk.scope, walk.flags
    inner_flags = flags | model.IN_LOOP | model.IN_COMPREHENSION
    scope = Scope(outer, None, function=outer.function, owner=outer.owner, qualname=outer.qualname)
    clauses: list[cst.CSTNode | Action] = []
    elements = walk.elements
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        element = step(walk.expressions.value(clause.iter), "&" if clause.asynchronous else "*")
        source = awaited(walk, clause.iter, clause.asynchronous is not None)
        if clause.asynchronous is None:
            source = ((iterate, clause.iter), *source)
        if clause is node.for_in:
            source = ((Walk.enter, outer), (Walk.set_flags, flags), *source, (Walk.enter, scope))
        walk.flags = inner_flags
        walk.enter(scope)
        bind(walk, clause.target, element, None, scope)
        for each in clause.ifs:
            narrow(walk, each.test, True)
        elements |= clause_elements(clause, walk)
        clauses.extend([(count_target, clause.target), *source, (Walk.set_flags, inner_flags), *clause.ifs])
        clause = clause.inner_for_in
    parts = [getattr(node, name) for name in ("elt", "key", "value") if hasattr(node, name)]
    walk.push(*parts, *clauses, (Walk.leave,), (Walk.set_flags, flags), (Walk.set_elements, walk.elements))
    walk.elements = elements


def _kind_of(body: cst.BaseSuite) -> model.Body:
    """Return stub for a body that does nothing (docstring, `...`, `pass`, `raise NotImplementedError`), else code.

    One that only returns is empty, and one that only raises a refusal: they do nothing on purpose.
    """
    statements: list[cst.CSTNode] = []
    for line in body.body:
        if line.__class__ is not cst.SimpleStatementLine:
            if isinstance(line, cst.BaseSmallStatement):
                statements.append(line)
                continue
            return "code"
        statements.extend(line.body)
    if len(statements) > 1 and isinstance(statements[-1], cst.Raise):
        statements = [each for each in statements if not _is_text(each)]  # `msg = "..."`, which is raised
    returns = [each for each in statements if isinstance(each, cst.Return) and each.value is None]
    doing = [each for each in statements if each not in returns and not _does_nothing(each)]
    if doing:
        return "refusal" if len(doing) == 1 and doing[0].__class__ is cst.Raise else "code"
    return "empty" if returns else "stub"


def _is_text(statement: cst.CSTNode) -> bool:
    """Tell whether a statement gives a text a name."""
    return isinstance(statement, cst.Assign) and isinstance(statement.value, cst.BaseString)


def _does_nothing(statement: cst.CSTNode) -> bool:
    if statement.__class__ is cst.Pass:
        return True
    if statement.__class__ is cst.Expr:
        value: cst.CSTNode | None = statement.value
        if isinstance(value, cst.Yield):  # `yield ...` only says that it is a generator
            value = value.value
        return isinstance(value, cst.Ellipsis | cst.SimpleString | cst.ConcatenatedString)
    if statement.__class__ is cst.Raise:
        raised = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
        return isinstance(raised, cst.Name) and raised.value == "NotImplementedError"
    return False
