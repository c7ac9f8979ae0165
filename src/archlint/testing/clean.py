"""`assert_clean`: what `archlint check` says, as one test."""

import os
from collections.abc import Iterable

from archlint.inputs import Options
from archlint.model import Severity
from archlint.testing.analysis import analysis_of, demand


def assert_clean(
    *paths: str | os.PathLike[str],
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    fail_on: str | None = None,
    config: str | os.PathLike[str] | None = None,
) -> None:
    """Fail with the report unless `archlint check` with these paths and options ends with exit code 0.

    Selectors are codes, names of rules, families or `ALL`; `fail_on` is note, warning or error and by default what is
    configured; `config` is a configuration file in the place of the nearest one.
    """
    __tracebackhide__ = True
    analysis = analysis_of(paths, config)
    options = Options(
        select=None if select is None else listed(select),
        ignore=listed(ignore),
        extend_select=listed(extend_select),
        fail_on=Severity(fail_on) if fail_on is not None else None,
    )
    outcome = analysis.check(options)
    what = " ".join(os.fspath(path) for path in paths) or "the working directory"
    demand(f"{what} is not clean", outcome, outcome.config.fail_on)


def listed(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; a single one may come without a list around it."""
    return (names,) if isinstance(names, str) else tuple(names)
