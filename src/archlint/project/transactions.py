"""Which calls stand in a transaction: the `with` blocks around them and the decorators of their function."""

from collections.abc import Iterator, Mapping, Sequence

from archlint.facts.model import Call
from archlint.facts.references import alternatives
from archlint.project.classes import ClassTable
from archlint.project.decorators import decorators
from archlint.project.program import Module, Project
from archlint.project.types import Types, types
from archlint.project.values import Value
from archlint.project.withs import ENTERS, Block, with_blocks

_UNIT_OF_WORK = frozenset({"commit", "rollback"})
_MAX_NESTING = 3


class Transactions:
    """Tells which calls run in a transaction; reached by `project.query(Transactions)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._types: Types = project.query(types)
        self._blocks: dict[str, Mapping[int, list[Block]]] = {}
        self._opening: dict[str, bool] = {}

    def around(self, module: Module, call: Call) -> Block | None:
        """Return the innermost `with` block around a call of which it is known that it opens a transaction."""
        found = [block for block in self._around(module, call) if self.opens(block.entered)]
        return found[-1] if found else None

    def blocks(self, module: Module, function: int) -> Sequence[Block]:
        """Return all `with` blocks of a function, outer ones before inner ones."""
        return self._of_module(module).get(function, ())

    def may_be_around(self, module: Module, call: Call) -> bool:
        """Tell whether a call may stand in a transaction or unit of work; what a `with` enters may be anything."""
        return self.may_be_decorated(module, call.function) or any(
            self._may_open(block.entered) for block in self._around(module, call)
        )

    def may_be_decorated(self, module: Module, function: int) -> bool:
        """Tell whether a decorator is a transaction, or puts a function in the place that opens one."""
        if self.is_decorated(module, function):
            return True
        if function < 0 or not module.facts.functions[function].decorators:
            return False
        return any(map(self._opens_inside, self._project.query(decorators).stand_ins(f"{module.name}#{function}")))

    def _opens_inside(self, key: str) -> bool:
        module, _ = self._project.function(key)
        blocks = self._of_module(module).get(int(key.rpartition("#")[2]), ())
        return any(self.opens(block.entered) for block in blocks)

    def is_decorated(self, module: Module, function: int) -> bool:
        """Tell whether a decorator puts the whole function into a transaction."""
        if function < 0:
            return False
        found = module.facts.functions[function].decorators
        return any(self._begins(each.removesuffix("()")) or self.opens(each) for each in found)

    def opens(self, entered: str) -> bool:
        """Tell whether entering what a reference stands for is known to open a transaction."""
        if entered not in self._opening:
            self._opening[entered] = False
            self._opening[entered] = self._finds_opening(entered, 0)
        return self._opening[entered]

    def _finds_opening(self, entered: str, depth: int) -> bool:
        if "|" in entered:
            return all(self._finds_opening(each, depth) for each in alternatives(entered))
        if entered.endswith("()") and self._begins(entered[:-2]):
            return True
        if any(self._begins(entered + method) for method in ENTERS):
            return True
        values = self._types.infer(entered)
        if any(value.kind == "instance" and value.is_class and self._is_derived(value.name) for value in values):
            return True
        return depth < _MAX_NESTING and any(
            self._yields_inside(value, depth) for value in values if value.kind == "context"
        )

    def _is_derived(self, key: str) -> bool:
        """Tell whether a class of the project has a base that opens a transaction."""
        return any(self._project.library.effect(owner) == "begins" for owner in self._types.order(key))

    def _yields_inside(self, value: Value, depth: int) -> bool:
        """Tell whether a context manager function opens a transaction itself."""
        module, _ = self._project.function(value.name)
        index = int(value.name.rpartition("#")[2])
        return any(self._finds_opening(block.entered, depth + 1) for block in self._of_module(module).get(index, ()))

    def _begins(self, reference: str) -> bool:
        library = self._project.library
        return any(library.effect(name) == "begins" for name in self._types.names(reference))

    def _may_open(self, entered: str) -> bool:
        if any(map(self.opens, alternatives(entered))):
            return True
        values = self._types.infer(entered)
        if not values:
            return True
        return any(self._is_unit_of_work(value) for value in values)

    def _is_unit_of_work(self, value: Value) -> bool:
        if value.kind != "instance" or not value.is_class:
            return value.kind == "context"
        table = self._project.query(ClassTable)
        owners = (owner for owner in self._types.order(value.name) if "@" in owner)
        return any(not _UNIT_OF_WORK.isdisjoint(table.own_members(owner)) for owner in owners)

    def _around(self, module: Module, call: Call) -> Iterator[Block]:
        for block in self._of_module(module).get(call.function, ()):
            if block.start <= call.start <= block.end:
                yield block

    def _of_module(self, module: Module) -> Mapping[int, list[Block]]:
        if module.path not in self._blocks:
            self._blocks[module.path] = with_blocks(module)
        return self._blocks[module.path]
