"""Mutants of archlint's functions: mutmut's operators applied to one place each, and put into the running program.

Unlike mutmut itself this also mutates decorated functions (the walk's handlers are), and slows nothing down that is
not mutated: the code object of one function is exchanged.
"""

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

import libcst as cst
import msgspec
from mutmut.mutation.file_mutation import deep_replace
from mutmut.mutation.mutators import mutation_operators

_NEVER = (cst.Annotation, cst.Decorator, cst.Parameters)
"""What is evaluated when a function is defined, or never."""


class Mutant(msgspec.Struct, frozen=True):
    """One change: the file, the number of the outermost function in it, the number of the change in that function."""

    path: str
    function: int
    number: int


class Change(msgspec.Struct, frozen=True):
    """What a mutant changes: the function's name, the source before and behind, and the file with the change."""

    name: str
    before: str
    after: str
    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield all mutants of a file."""
    for index, function in enumerate(_functions(_tree(path))):
        for number, _ in enumerate(_changes(function)):
            yield Mutant(path.as_posix(), index, number)


def described(path: Path) -> Iterator[tuple[Mutant, tuple[str, str, str]]]:
    """Yield all mutants of a file, each with the function's name and the source before and behind."""
    for index, function in enumerate(_functions(_tree(path))):
        for number, (old, new) in enumerate(_changes(function)):
            yield Mutant(path.as_posix(), index, number), (function.name.value, _written(old), _written(new))


def change(mutant: Mutant) -> Change:
    """Return what a mutant changes."""
    tree = _tree(Path(mutant.path))
    function = _functions(tree)[mutant.function]
    old, new = list(_changes(function))[mutant.number]
    mutated = deep_replace(tree, old, new)
    assert isinstance(mutated, cst.Module)
    return Change(function.name.value, _written(old), _written(new), mutated.code)


def code_of(source: str, path: str, index: int) -> CodeType:
    """Return the code of an outermost function by its number."""
    return _codes(compile(source, path, "exec", dont_inherit=True))[index]


def functions_with(code: CodeType) -> list[FunctionType]:
    """Return the functions of the running program that were made from the same place as `code`."""
    wanted = (code.co_filename, code.co_qualname, code.co_firstlineno)
    found = (each for each in gc.get_objects() if isinstance(each, FunctionType))
    return [each for each in found if _place(each.__code__) == wanted]


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


@cache
def _tree(path: Path) -> cst.Module:
    return cst.parse_module(path.read_text(encoding="utf-8"))


def _functions(node: cst.CSTNode) -> list[cst.FunctionDef]:
    """Return the functions that are in no other function, in source order."""
    if isinstance(node, cst.FunctionDef):
        return [node]
    if isinstance(node, cst.Lambda):
        return []
    return [function for child in node.children for function in _functions(child)]


def _codes(code: CodeType) -> list[CodeType]:
    """Return the code of the functions that are in no other function, in source order."""
    found: list[CodeType] = []
    for each in code.co_consts:
        if isinstance(each, CodeType) and not each.co_name.startswith("<"):
            is_class = not each.co_flags & 0x2  # CO_NEWLOCALS: every function has it, a class body has not
            found.extend(_codes(each) if is_class else [each])
    return sorted(found, key=lambda each: each.co_firstlineno)


def _changes(function: cst.FunctionDef) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    docstring = function.body.body[0] if function.get_docstring() is not None else None
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        if node is docstring or isinstance(node, _NEVER):
            continue
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                yield from ((node, changed) for changed in operator(node))
        stack.extend(reversed(node.children))


def _written(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()
