"""What holds for the whole test run."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from archlint.intake.workers import kept_workers

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a machine that does other things is no failure


@pytest.fixture(autouse=True)
def _wishes_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test depend on what whoever runs it wants of colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def _warm_workers() -> Iterator[None]:
    """Let the parsing processes of one test serve the next: hundreds of examples need one each."""
    with kept_workers():
        yield
