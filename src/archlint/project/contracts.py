"""The user's own contracts, as they are configured under `[[tool.archlint.contracts]]`."""

from collections.abc import Mapping

import msgspec

from archlint.model import Severity

IMPORT_KINDS = ("runtime", "type-checking", "function-local", "lazy", "dynamic")
"""Which imports a contract may count; `runtime` is any other that runs with the module, under `if` and `try` too."""

CODES: Mapping[str, str] = {
    "layers": "LAY001",
    "only": "LAY001",
    "leaf": "LAY001",
    "forbidden": "LAY001",
    "protected": "LAY001",
    "contexts": "LAY004",
    "interface": "LAY005",
    "technology": "LAY006",
}
"""Type of contract -> the rule whose code its violations have."""


class Sibling(msgspec.Struct, frozen=True):
    """One name in a line of layers: a module pattern, below each container if there are any."""

    pattern: str
    optional: bool = False


class Line(msgspec.Struct, frozen=True):
    """One layer: siblings that may not import each other if they are `independent`."""

    siblings: tuple[Sibling, ...]
    independent: bool = False

    @classmethod
    def parse(cls, text: str) -> "Line":
        """Read a layer as it is written: `web | cli` are independent, `web : cli` are not, `(web)` need not exist."""
        separator = ":" if ":" in text else "|"
        siblings = []
        for part in text.split(separator):
            name = part.strip()
            optional = name.startswith("(") and name.endswith(")")
            siblings.append(Sibling(name[1:-1].strip() if optional else name, optional))
        return cls(tuple(siblings), independent=separator == "|" and len(siblings) > 1)

    @property
    def label(self) -> str:
        """The layer as it is written."""
        return " | ".join(sibling.pattern for sibling in self.siblings)


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """One contract: `type` is a key of `CODES`, and the fields that its type does not have are empty.

    `severity` is that of the rule when `None`. `because` is the user's reason, `kinds` some of `IMPORT_KINDS`, `line`
    where it stands in the configuration (0: unknown). Module patterns may also be `<role>`.

    | type | fields |
    |---|---|
    | layers | `layers` from high to low, below each of `containers`; none passes a `closed` one; `exhaustive` |
    | only | `modules` and what they `may_import`: patterns and third-party packages |
    | leaf | `modules` that import no other module of the project |
    | forbidden | `modules` and what they `may_not_import`: patterns and packages; `indirect`: nor reach |
    | protected | `modules` that only the `importers` may import, beside themselves and tests |
    | contexts | `modules`: names or patterns with one `(*)`; `interface` or `internal` (relative), `shared` modules |
    | interface | packages as `modules`, `interface` (relative patterns of modules or names) |
    | technology | `packages` without `exceptions`, `allowed_in` or else `forbidden_in`; `indirect` |
    """

    name: str
    type: str
    severity: Severity | None = None
    because: str = ""
    kinds: frozenset[str] = frozenset(IMPORT_KINDS)
    line: int = 0
    layers: tuple[Line, ...] = ()
    closed: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    exhaustive: bool = False
    modules: tuple[str, ...] = ()
    may_import: tuple[str, ...] = ()
    may_not_import: tuple[str, ...] = ()
    importers: tuple[str, ...] = ()
    interface: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    allowed_in: tuple[str, ...] = ()
    forbidden_in: tuple[str, ...] = ()
    indirect: bool = False
