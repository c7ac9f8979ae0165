"""A report made by hand, with all that makes reports hard, for the tests of the reporters."""

from archlint.model import Failure, Place, Report, Severity, SourceText, Step, Violation
from archlint.rulebook.model import Rule

BASE = "/repo"

CACHE = f"{BASE}/src/shop/infra/cache.py"
ORDERS = f"{BASE}/src/shop/domain/orders.py"
TABS = f"{BASE}/src/shop/naïve file#1.py"
WINDOWS = f"{BASE}/src/shop/windows.py"
OLD_MAC = f"{BASE}/src/shop/old_mac.py"
BROKEN = f"{BASE}/src/shop/broken.py"
ESC = "\x1b"
OVERRIDE = "\u202e"

TEXTS = {
    CACHE: """\
from redis.asyncio import Redis


class Cache:
    def __init__(self, client: Redis) -> None:
        self._client = client

    async def invalidate(self) -> None:
        label = "😀😀"; keys = await self._client.keys("*")
        名前 = "日本語"; more = await self._client.keys("*")
""",
    ORDERS: """\
from shop.infra import (
    cache,
)
""",
    TABS: f"""\
def f():
\tif True:
\t\tx\t= time.sleep("{ESC}[31m{OVERRIDE}evil")
""",
    WINDOWS: "import os\r\nimport time\r\n\r\ntime.sleep(1)\r\n",
    OLD_MAC: "import time\rtime.sleep(1)\rtime.sleep(1)",
}


def rule(code: str, name: str, family: str, severity: Severity) -> Rule:
    summary = f"Says what `{name}` is."
    return Rule(
        code=code,
        name=name,
        family=family,
        severity=severity,
        default=True,
        summary=summary,
        markdown=f"# {code} {name}\n\n{summary} Also **why**: [this](https://a.example/b).\n\n## Bad\n",
        url=f"https://a.example/rules/{family}/{code}-{name}",
    )


RULES = {
    "ASY001": rule("ASY001", "blocking-call", "async", Severity.WARNING),
    "LAY001": rule("LAY001", "forbidden-import", "layers", Severity.ERROR),
    "RDS001": rule("RDS001", "redis-keys", "redis", Severity.ERROR),
    "TIM001": rule("TIM001", "naive-clock", "time", Severity.NOTE),
}


def place(path: str, needle: str, skip: int = 0) -> Place:
    """Return where `needle` stands in the text of `path`, after `skip` earlier ones."""
    start = -1
    for _ in range(skip + 1):
        start = TEXTS[path].index(needle, start + 1)
    return Place(path, start, start + len(needle))


def violation(
    code: str,
    where: Place,
    message: str,
    *,
    scope: str = "",
    help: str = "",  # noqa: A002 - the field's name
    trace: tuple[Step, ...] = (),
) -> Violation:
    module = where.path.removeprefix(f"{BASE}/src/").removesuffix(".py").replace("/", ".")
    return Violation(
        code=code,
        severity=RULES[code].severity,
        message=message,
        place=where,
        module=module,
        scope=scope,
        subject="a.b",
        help=help,
        trace=trace,
    )


def report_of(*violations: Violation, failures: tuple[Failure, ...] = (), suppressed: int = 0) -> Report:
    return Report(
        violations=violations,
        identities=tuple(f"{one.code}|{one.module}|{number}" for number, one in enumerate(violations)),
        failures=failures,
        notes=(),
        suppressed=suppressed,
        files=6,
        base=BASE,
        cwd=f"{BASE}/src",
        texts={path: SourceText(text) for path, text in TEXTS.items()},
    )


KEYS = "`KEYS` walks every key; iterate with `SCAN`"
EMOJI = violation("RDS001", place(CACHE, "self._client.keys"), KEYS, scope="Cache.invalidate")
WIDE = violation("RDS001", place(CACHE, "self._client.keys", 1), KEYS, scope="Cache.invalidate")
CHAIN = violation(
    "LAY001",
    place(ORDERS, "from shop.infra import (\n    cache,\n)"),
    "domain imports infrastructure",
    help="declare a port in the domain:\n\nclass Cache(Protocol):\n    def keys(self) -> list[str]: ...",
    trace=(
        Step("shop.domain.orders imports shop.infra.cache", place(ORDERS, "cache")),
        Step("redis is outside the project", None),
        Step("shop.infra.cache imports redis.asyncio", place(CACHE, "from redis.asyncio import Redis")),
    ),
)
HOSTILE = violation(
    "ASY001",
    place(TABS, f'time.sleep("{ESC}[31m{OVERRIDE}evil")'),
    f"`time.sleep` blocks {ESC}[2J{OVERRIDE}\nnow [bold]",
)
CRLF = violation("TIM001", place(WINDOWS, "time.sleep"), "a note.")
LONE_CR = violation("TIM001", place(OLD_MAC, "time.sleep", 1), "a note.")

REPORT = report_of(
    CHAIN,
    EMOJI,
    WIDE,
    HOSTILE,
    LONE_CR,
    CRLF,
    failures=(
        Failure(BROKEN, 3, "invalid syntax; mend it, or leave it out with `exclude`"),
        Failure(f"{BASE}/src/shop/latin.py", 0, "not UTF-8"),
        Failure("", 0, "contract `layers` names no module"),
    ),
    suppressed=2,
)
