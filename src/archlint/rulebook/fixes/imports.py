"""How a fix names something of another module: by an import that is there, or by one that it adds."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias, TypeGuard

import libcst as cst
import msgspec

from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import descend
from archlint.model import Edit
from archlint.rulebook.fixes.site import Site, Source

_Line: TypeAlias = cst.SimpleStatementLine | cst.BaseCompoundStatement
_PLAIN = (cst.Import, cst.LazyImport)
_FROM = (cst.ImportFrom, cst.LazyImportFrom)


class Named(msgspec.Struct, frozen=True):
    """An expression for something of another module, and the edits that it needs."""

    expression: str
    edits: tuple[Edit, ...]


def named(site: Site, node: cst.CSTNode, module: str, attribute: str) -> Named | None:
    """Return how `module.attribute` (`module` a top-level one) is named at `node`.

    Uses what the module's top level or the function imports, else adds `import module`; when that is the name of
    something else there, adds `attribute` to what is imported from the module. `None` when that cannot be either.
    """
    for statement in _top_imports(site.source.tree):
        for name, target in _bound(statement):
            if target == module and site.means(name, module):
                return Named(f"{name}.{attribute}", ())
            if target == f"{module}.{attribute}" and site.means(name, target):
                return Named(name, ())
    if not site.is_bound(module):
        return Named(f"{module}.{attribute}", (_added(site.source, module),))
    if not site.means(module, module):
        return _from_longer_import(site, node, module, attribute)
    local = list(_local_imports(site.source, node, module))
    if not local:  # imported at the top under a condition
        return Named(f"{module}.{attribute}", (_added(site.source, module),))
    return Named(f"{module}.{attribute}", ()) if all(local) else None


def _bound(statement: cst.CSTNode) -> Iterator[tuple[str, str]]:
    """Yield the names that an import statement binds, each with the absolute dotted name of what it means."""
    if isinstance(statement, _PLAIN):
        for alias in statement.names:
            target = dotted_name(alias.name)
            if alias.asname is not None:
                yield dotted_name(alias.asname.name), target
            else:
                yield target.partition(".")[0], target.partition(".")[0]
    elif isinstance(statement, _FROM) and statement.module and not statement.relative:
        for alias in () if isinstance(statement.names, cst.ImportStar) else statement.names:
            target = dotted_name(alias.name)
            local = dotted_name(alias.asname.name) if alias.asname is not None else target
            yield local, f"{dotted_name(statement.module)}.{target}"


def _top_imports(tree: cst.Module) -> Iterator[cst.CSTNode]:
    for line in tree.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from (each for each in line.body if isinstance(each, (*_PLAIN, *_FROM)))


def _local_imports(source: Source, node: cst.CSTNode, module: str) -> Iterator[bool]:
    """Yield for each import of `module` in the functions around `node` if it has certainly run there."""
    start, _ = source.span(node)
    for function, _ in source.around(node):
        if isinstance(function, cst.FunctionDef):
            for statement in descend(function.body):
                if isinstance(statement, _PLAIN) and (module, module) in _bound(statement):
                    (line, _), (block, _) = islice(source.around(statement), 2)
                    yield block is function.body and source.span(line)[1] <= start


def _from_longer_import(site: Site, node: cst.CSTNode, module: str, attribute: str) -> Named | None:
    """Return how `attribute` is named once a `from module import ...` that has certainly run at `node` has it too."""
    start, _ = site.source.span(node)
    for statement in _from_imports(site.source, node, module):
        if site.source.span(statement)[1] <= start:
            for local, target in _bound(statement):
                if target == f"{module}.{attribute}":
                    return Named(local, ()) if site.means(local, target) else None
            return None if site.is_bound(attribute) else Named(attribute, (_longer(site.source, statement, attribute),))
    return None


def _from_imports(source: Source, node: cst.CSTNode, module: str) -> Iterator[cst.ImportFrom]:
    """Yield the statements that import names from a module, right in the functions around `node` or at the top."""
    for block, _ in source.around(node):
        body = block.body if isinstance(block, cst.FunctionDef | cst.Module) else None
        lines = body.body if isinstance(body, cst.IndentedBlock) else body if isinstance(body, list | tuple) else ()
        for line in lines:
            for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                if (
                    isinstance(statement, cst.ImportFrom)
                    and not isinstance(statement.names, cst.ImportStar)
                    and statement.module is not None
                    and not statement.relative
                    and dotted_name(statement.module) == module
                ):
                    yield statement


def _longer(source: Source, statement: cst.ImportFrom, name: str) -> Edit:
    """Return the edit that imports one more name, in its alphabetical place, on a line of its own if the others are."""
    assert not isinstance(statement.names, cst.ImportStar)
    aliases = list(statement.names)
    first, last = (source.span(each) for each in (aliases[0], aliases[-1]))
    number = source.lines.location(*first).line
    start = source.lines.line_start(number)
    indentation = source.text[start : first[0]]
    gap = " " if indentation.strip() else source.newline + indentation
    following = next((each for each in aliases if dotted_name(each.name) > name), None)
    if following is None:
        return Edit(last[1], last[1], f",{gap}{name}")
    place, _ = source.span(following)
    return Edit(place, place, f"{name},{gap}")


def _added(source: Source, module: str) -> Edit:
    """Return the edit that adds `import module` to the first group of imports, in alphabetical order as isort has it.

    It stands behind docstring and `__future__` imports, and never between a comment and what the comment is about.
    """
    introduction, group = _beginning(source)
    statement = f"import {module}"
    if not group:
        return _alone(source, introduction, statement)
    following = next((line for line in group if _sorts_behind(line, module)), None)
    if following is None or _is_commented(source, following):
        return _behind(source, following or group[-1], source.newline + statement)
    start, _ = source.span(following)
    return Edit(start, start, statement + source.newline)


def _beginning(source: Source) -> tuple[cst.CSTNode | None, list[cst.SimpleStatementLine]]:
    """Return the last line of docstring and `__future__` imports, and the imports of the module's first group.

    A group ends at an empty line; imports behind a function or class are none.
    """
    introduction: cst.CSTNode | None = None
    group: list[cst.SimpleStatementLine] = []
    for index, line in enumerate(source.tree.body):
        if (index == 0 and _is_docstring(line)) or _is_future(line):
            introduction = line
        elif _is_import(line) and not (group and any(each.comment is None for each in line.leading_lines)):
            group.append(line)
        elif group or isinstance(line, cst.FunctionDef | cst.ClassDef):
            break
    return introduction, group


def _is_docstring(line: _Line) -> bool:
    first = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)


def _is_import(line: _Line) -> TypeGuard[cst.SimpleStatementLine]:
    return isinstance(line, cst.SimpleStatementLine) and all(isinstance(each, (*_PLAIN, *_FROM)) for each in line.body)


def _is_future(line: _Line) -> bool:
    first = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(first, cst.ImportFrom) and first.module is not None and dotted_name(first.module) == "__future__"


def _sorts_behind(line: cst.SimpleStatementLine, module: str) -> bool:
    first = line.body[0]
    return not isinstance(first, _PLAIN) or dotted_name(first.names[0].name) > module


def _is_commented(source: Source, line: cst.CSTNode) -> bool:
    number = source.lines.location(*source.span(line)).line
    return source.lines.line(number - 1).lstrip().startswith("#")


def _behind(source: Source, line: cst.CSTNode, text: str) -> Edit:
    """Return the edit that puts `text` at the end of the last line of a statement, comments included."""
    number = source.lines.location(*source.span(line)).end_line
    end = source.lines.line_start(number) + len(source.lines.line(number))
    return Edit(end, end, text)


def _alone(source: Source, introduction: cst.CSTNode | None, statement: str) -> Edit:
    """Return the edit that adds the only import of a module, with empty lines around it."""
    newline = source.newline
    if introduction is not None:
        number = source.lines.location(*source.span(introduction)).end_line
        gap = newline if source.lines.line(number + 1).strip() else ""
        return _behind(source, introduction, newline * 2 + statement + gap)
    first = source.tree.body[0]
    if isinstance(first, cst.FunctionDef | cst.ClassDef):
        start, _ = source.span(first.decorators[0] if first.decorators else first)
        return Edit(start, start, statement + newline * 3)
    start, _ = source.span(first)
    return Edit(start, start, statement + newline * 2)
