"""SQL text on the syntax tree: what a statement says, and what is put into it that is no constant."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import libcst as cst
import msgspec

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name, last_name
from archlint.facts.syntax import brief, descend
from archlint.rulebook.checks.sql.constants import Judge
from archlint.rulebook.checks.sql.flow import Flow
from archlint.rulebook.checks.sql.statements import (
    begins_otherwise,
    is_returning,
    is_sql,
    position_of,
    selects_star,
    statement_of,
)
from archlint.rulebook.checks.sql.text import SQL_OBJECTS, TEXT_MAKERS, Hole, Piece, Reader, fixed_text

FORMATTED = "formatted-sql"
"""The code of a candidate that says what is put into an SQL text."""
RETURNED = "returned-sql"
"""The same for a text that a function returns."""
OF_ELEMENT = "element"
"""The message of a candidate for a statement that goes to another database, or is about another table, each time."""
RETURNING = "returning"
"""The message of one that writes and is asked for something of what it has written."""
_BUILT = frozenset({cst.FormattedString, cst.ConcatenatedString, cst.BinaryOperation})
POSITIONS: Mapping[str, int] = {
    **dict.fromkeys(("execute", "executemany", "executescript", "execute_many", "execute_sql", "exec_driver_sql"), 0),
    **dict.fromkeys(("execute_fetchall", "execute_insert", "execute_iter", "execute_with_progress", "exec"), 0),
    **dict.fromkeys(
        ("fetch", "fetchrow", "fetchval", "fetchmany", "fetch_all", "fetch_one", "fetch_val", "iterate"), 0
    ),
    **dict.fromkeys(("scalar", "scalars", "stream", "stream_scalars", "cursor", "prepare", "query", "sql", "raw"), 0),
    **dict.fromkeys(("read_sql", "read_sql_query", "query_dataframe", "mogrify", "copy", "copy_expert"), 0),
    **dict.fromkeys(("text", "literal_column", "DDL", "SQL", "RawSQL"), 0),
    **dict.fromkeys(("run", "run_query", "execute_query", "query_and_wait", "query_df", "command"), 0),
    **dict.fromkeys(("fetchone", "fetchall", "query_one", "query_all", "run_sql", "select_all", "select_one"), 0),
    **dict.fromkeys(("execute_string", "execute_async"), 0),
    **dict.fromkeys(("execute_values", "execute_batch"), 1),
}
"""Names of what takes SQL text, and where: the words of the table `sql-text`, and of wrappers that projects write."""
_KEYWORDS = frozenset(
    {"sql", "query", "statement", "text", "operation", "command", "sqltext", "raw_query", "sql_script", "obj", "string"}
)
_READABLE = (
    cst.SimpleString, cst.ConcatenatedString, cst.FormattedString, cst.BinaryOperation, cst.Call, cst.Name, cst.IfExp,
    cst.BooleanOperation, cst.NamedExpr,
)  # fmt: skip
_INDIRECTIONS = 12
_NAMES_TABLE = re.compile(r'\b(?:from|into|update|join|table)\s+(?:[\w."`\[]|\x00[`"\]]?\.)*$', re.I)


class _Fault(NamedTuple):
    severity: str
    node: cst.BaseExpression
    parameter: str
    reference: str


def sql_text(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """SQL001, SQL006, and what statements do: of calls of what has the name of something that takes SQL."""
    argument = _text_argument(node)
    if argument is None or not _may_be_text(argument, context):
        return
    flow = Flow(context.enclosing_function, node)
    reader = Reader(context, flow)
    pieces = reader.read(argument)
    text = fixed_text(pieces)
    if not any(character.isalpha() for character in text):
        return
    reference = context.reference(node.func)
    looks = "sql" if is_sql(text) else ""
    if looks and not _is_object(node):
        receiver = dotted_name(node.func).partition(".")[0]
        alone = RETURNING if is_returning(text) else ""
        whose = OF_ELEMENT if _is_of_element([receiver, *_tables(pieces)], flow) else alone
        yield Sighting(code="statement", message=whose, subject=statement_of(text), reference=reference)
        if selects_star(text):
            yield Sighting(
                code="SQL006",
                message="`SELECT *` reads whatever columns there are, and breaks when one is added; name the columns",
                subject=statement_of(text),
                reference=reference,
            )
    if not reader.is_object and any(isinstance(piece, Hole) for piece in pieces):
        yield from _formatted(pieces, flow, context, Sighting(code="", message="", subject=looks, reference=reference))


def _tables(pieces: list[Piece]) -> Iterator[str]:
    """Yield the names that say which table a statement is about."""
    before = ""
    for piece in pieces:
        if isinstance(piece, Hole) and _NAMES_TABLE.search(before):
            yield from (each.value for each in descend(piece.node) if isinstance(each, cst.Name))
        before += piece if isinstance(piece, str) else "\x00"


def _is_of_element(names: list[str], flow: Flow) -> bool:
    """Tell whether one of these names is the element of a loop, or is made of one."""
    if not flow.elements().isdisjoint(names):
        return True
    for name in names:
        for each in flow.bindings(name) if name else ():
            if each.how == "loop":
                return True
            if each.how == "set" and len(names) < _INDIRECTIONS:
                names += [part.value for part in descend(each.node) if isinstance(part, cst.Name)]
    return False


def returned_text(node: cst.Return, context: ModuleContext) -> Iterator[Sighting]:
    """SQL001: a function returns a statement with a value in it; where the function is called decides."""
    value = node.value
    if isinstance(value, cst.Name):
        assigned = context.assigned(value.value)
        if assigned.__class__ not in _BUILT and not isinstance(assigned, cst.SimpleString):
            return
    elif value.__class__ not in _BUILT or begins_otherwise(_first_text(value)):
        return
    flow = Flow(context.enclosing_function, node)
    reader = Reader(context, flow)
    pieces = reader.read(value) if value is not None else []
    if reader.is_object or not any(isinstance(piece, Hole) for piece in pieces) or not is_sql(fixed_text(pieces)):
        return
    for sighting in _formatted(pieces, flow, context, Sighting(code="", message="", subject="sql")):
        if sighting.severity == "error":
            yield msgspec.structs.replace(sighting, code=RETURNED)


def _first_text(node: cst.CSTNode | None) -> str:
    """Return the source of the literal that a built text begins with, empty if it begins with something else."""
    while isinstance(node, cst.BinaryOperation | cst.ConcatenatedString):
        node = node.left
    if isinstance(node, cst.FormattedString):
        node = node.parts[0] if node.parts else None
        return node.value if isinstance(node, cst.FormattedStringText) else ""
    return node.raw_value if isinstance(node, cst.SimpleString) else ""


def _text_argument(node: cst.Call) -> cst.BaseExpression | None:
    """Return the SQL text of a call: by name or position, or else the argument that is put together on the spot."""
    word = last_name(node.func)
    named = next((each.value for each in node.args if each.keyword and each.keyword.value in _KEYWORDS), None)
    if named is not None:
        return named
    positional = [each.value for each in node.args if each.keyword is None and not each.star]
    wanted = POSITIONS.get(word, 0)
    found = positional[wanted] if wanted < len(positional) else None
    if found.__class__ is cst.Name and len(positional) > 1:
        return next((each for each in positional if each.__class__ in _BUILT), found)
    return found


def _may_be_text(node: cst.BaseExpression, context: ModuleContext) -> bool:
    written: cst.CSTNode | None = context.assigned(node.value) if isinstance(node, cst.Name) else node
    if isinstance(written, cst.Call):
        word = last_name(written.func)
        return word in TEXT_MAKERS
    return isinstance(written, _READABLE)


def _is_object(node: cst.Call) -> bool:
    word = last_name(node.func)
    return word in SQL_OBJECTS or word in ("RawSQL", "literal_column")


def _formatted(pieces: list[Piece], flow: Flow, context: ModuleContext, seen: Sighting) -> Iterator[Sighting]:
    for fault in _faults(pieces, flow, context):
        yield Sighting(
            code=FORMATTED,
            message=brief(fault.node),
            subject=seen.subject,
            severity=fault.severity,
            reference=seen.reference,
            names=(fault.parameter,),
            values=(fault.reference,),
        )


def _faults(pieces: list[Piece], flow: Flow, context: ModuleContext) -> Iterator[_Fault]:
    judge = Judge(context, flow)
    before = ""
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if isinstance(piece, str):
            before += piece
            continue
        position = position_of(before, following if isinstance(following, str) else "")
        before += "\x00"
        if position == "placeholder" or judge.is_constant(piece):
            continue
        origin = judge.origin(piece.node)
        severity = _severity(position, origin, judge)
        if severity:
            parameter = dotted_name(piece.node) if origin == "parameter" else ""
            yield _Fault(severity, piece.node, parameter, judge.reference(piece))


def _severity(position: str, origin: str, judge: Judge) -> str:
    """Return how much a hole weighs: a value always, another part of the statement if it comes from outside."""
    if origin == "row":
        return ""
    if position == "value":
        return "error"
    if origin == "request" or (origin == "parameter" and judge.is_endpoint):
        return "error"
    if origin == "parameter":
        return "warning" if position in ("order", "quoted") else "note"
    return "note" if position == "quoted" else ""
