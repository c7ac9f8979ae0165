"""How the walk takes import statements."""

import libcst as cst

from archlint.facts import model
from archlint.facts.binding import bind_in_module
from archlint.facts.records import ImportRecord
from archlint.facts.scopes import dotted_name, import_target
from archlint.facts.walk import Walk, handles


@handles(cst.Import, cst.LazyImport)
def import_(walk: Walk, node: cst.Import | cst.LazyImport) -> None:
    """Record each alias of an `import` statement."""
    lazy = isinstance(node, cst.LazyImport)
    first = len(walk.names)
    if lazy:
        walk.soft_keyword("lazy")
    keyword = "lazy" if lazy else "import"
    for alias in node.names:
        dotted = dotted_name(alias.name)
        start = len(walk.names)
        walk.names.extend(dotted.split("."))
        anchor = [start, len(walk.names) - 1]
        bound = _alias(walk, alias)
        name = bound or dotted.partition(".")[0]
        walk.scope.block.env[name] = dotted if bound else name
        _bind_import(walk, name, dotted if bound else name)
        walk.records.imports.append(
            ImportRecord(dotted, "", name, anchor, first, keyword, _kind(walk), lazy, walk.scope.function)
        )


@handles(cst.ImportFrom, cst.LazyImportFrom)
def import_from(walk: Walk, node: cst.ImportFrom | cst.LazyImportFrom) -> None:
    """Record each alias of a `from ... import` statement."""
    lazy = isinstance(node, cst.LazyImportFrom)
    first = len(walk.names)
    if lazy:
        walk.soft_keyword("lazy")
    keyword = "lazy" if lazy else "from"
    target = import_target(node, walk.module, walk.is_package)
    if node.module is not None:
        walk.names.extend(dotted_name(node.module).split("."))
    if isinstance(node.names, cst.ImportStar):
        last = max(len(walk.names) - 1, first)
        walk.records.imports.append(
            ImportRecord(target, "*", "", [first, last], first, keyword, _kind(walk), lazy, walk.scope.function)
        )
    else:
        for alias in node.names:
            start = len(walk.names)
            name = dotted_name(alias.name)
            walk.names.append(name)
            bound = _alias(walk, alias) or name
            reference = f"{target}.{name}" if target else ""
            walk.scope.block.env[bound] = reference
            _bind_import(walk, bound, reference)
            walk.records.imports.append(
                ImportRecord(
                    target, name, bound, [start, start], first, keyword, _kind(walk), lazy, walk.scope.function
                )
            )


def _alias(walk: Walk, alias: cst.ImportAlias) -> str:
    if alias.asname is None or not isinstance(alias.asname.name, cst.Name):
        return ""
    walk.names.append(alias.asname.name.value)
    return alias.asname.name.value


def _bind_import(walk: Walk, name: str, reference: str) -> None:
    if walk.scope.block.parent is None:
        bind_in_module(walk, name, reference)


def _kind(walk: Walk) -> model.ImportKind:
    if walk.flags & model.IN_TYPE_CHECKING:
        return "type-checking"
    if walk.scope.function >= 0:
        return "function-local"
    return "conditional" if walk.flags & (model.IN_TRY | model.IN_CONDITION) else "runtime"
