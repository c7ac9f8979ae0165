"""What holds for the whole test run."""

from collections.abc import Iterator

import pytest

from archlint.intake.workers import kept_workers


@pytest.fixture(autouse=True, scope="session")
def _warm_workers() -> Iterator[None]:
    """Let the parsing processes of one test serve the next: hundreds of examples need one each."""
    with kept_workers():
        yield
