"""The third-party table as plain values: what it knows of libraries, and the kinds that it sorts that into."""

import sys
from collections.abc import Mapping, Sequence

import msgspec

from archlint.model import Severity

SEVERITIES = {
    "network": Severity.ERROR,
    "sleep": Severity.ERROR,
    "subprocess": Severity.ERROR,
    "lock": Severity.ERROR,
    "database": Severity.ERROR,
    "terminal": Severity.ERROR,
    "file": Severity.WARNING,
    "cpu": Severity.WARNING,
    "metadata": Severity.NOTE,
    "import": Severity.NOTE,
}
"""How much a call of each blocking kind weighs in an async function."""

CLIENT_KINDS = ("database", "cache", "http", "broker", "cloud", "mail", "search", "rpc", "network", "service")
"""What a client of the outside world talks to: `network` is a bare connection, `service` a vendor's SDK."""

EFFECTS = {
    "reads": "asks a database for rows",
    "runs": "runs the SQL statement that it is given",
    "writes": "changes rows",
    "stages": "adds changes to a unit of work",
    "commits": "commits a transaction",
    "begins": "opens a transaction, as a context manager or a decorator",
    "connects": "opens a connection to a database",
    "publishes": "sends a message to a broker",
    "enqueues": "hands work to a task queue",
    "acknowledges": "tells a broker that a message is done with",
}
"""What a call does to the world, as far as consistency is concerned."""


class Argument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which argument of a call is meant: its position (0-based), and its name (empty: by position alone)."""

    position: int
    name: str = ""

    def of(self, arguments: Sequence[tuple[str, str]]) -> str | None:
        """Return the value of that argument among a call's (see `facts.model.Call`), `None` when it is not there."""
        positional = [value for name, value in arguments if not name or name == "*"]
        unpacked = next((index for index, (name, _) in enumerate(arguments) if name == "*"), len(arguments))
        if self.position < min(len(positional), unpacked):
            return positional[self.position]
        return next((value for name, value in arguments if self.name and name == self.name), None)


class Timeout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which argument a call gets its timeout: a name, perhaps a position (0-based).

    With `default` the call has a timeout of its own, which only `None` switches off.
    """

    name: str = "timeout"
    position: int = sys.maxsize
    default: bool = False

    def is_given(self, arguments: Sequence[tuple[str, str]]) -> bool:
        """Tell whether a call with these arguments (see `facts.model.Call`) has a timeout."""
        value = Argument(self.position, self.name).of(arguments)
        return self.default if value is None else value != "=None"


class Retry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What calls a function again when it fails, told by its arguments.

    One of `stops` ends it, unless it is given one of `endless`; with `limited` it has an end of its own, which only
    `None` takes away. One of `varies` makes the delay grow or differ, unless it is given one of `fixed`; without any
    name there it does so of its own accord. One of `polls` says that it waits for a result, not for a failure to pass.
    """

    stops: tuple[str, ...]
    varies: tuple[str, ...] = ()
    endless: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    polls: tuple[str, ...] = ()
    limited: bool = False


class Tables(msgspec.Struct, frozen=True):
    """What all files say: `exports` maps names to canonical ones, `blocking` APIs to kind and `instead`."""

    exports: Mapping[str, str]
    bases: Mapping[str, tuple[str, ...]]
    returns: Mapping[str, str]
    attributes: Mapping[str, str]
    enters: Mapping[str, str]
    blocking: Mapping[str, tuple[str, str]]
    blocking_reads: Mapping[str, bool]
    blocking_once: Mapping[str, bool]
    not_blocking: Mapping[str, bool]
    clients: Mapping[str, str]
    class_factories: Mapping[str, str]
    exceptions: Mapping[str, str]
    locators: Mapping[str, bool]
    coroutines: Mapping[str, bool]
    offloaders: Mapping[str, Argument]
    loop_callbacks: Mapping[str, Argument]
    loop_methods: Mapping[str, bool]
    endpoint_decorators: Mapping[str, bool]
    documented: Mapping[str, bool]
    technologies: Mapping[str, str]
    distributions: Mapping[str, tuple[str, ...]]
    effects: Mapping[str, str]
    sql_text: Mapping[str, Argument]
    autocommit: Mapping[str, bool]
    one_task: Mapping[str, bool]
    namespaces: Mapping[str, bool]
    timeouts: Mapping[str, Timeout]
    tls_switches: Mapping[str, tuple[str, ...]]
    retries: Mapping[str, Retry]
