"""SARIF logs of all kinds for validators and viewers to read."""

import shutil
from pathlib import Path

import msgspec

from archlint.engine import Options, check
from archlint.model import Failure
from archlint.outcome.reporters import REPORTERS
from archlint.outcome.reporters.paint import plain
from tests.handmade_report import REPORT, RULES, report_of
from tests.support import FIXTURES, fixture_projects

EMOJI = """\
import redis


def sweep(client: redis.Redis) -> None:
    label = "😀😀"; found = client.keys("*"); print(label, found)
"""


def write_logs(folder: Path) -> list[Path]:
    """Write a log of each kind into `folder`, and return their paths."""
    texts = {project.name: _checked(project) for project in fixture_projects()}
    texts["handmade"] = REPORTERS["sarif"](REPORT, RULES, plain)
    texts["empty"] = REPORTERS["sarif"](report_of(), RULES, plain)
    failed = msgspec.structs.replace(report_of(), failures=(Failure("", 0, "nothing could be read"),))
    texts["failed"] = REPORTERS["sarif"](failed, RULES, plain)
    texts["emoji"] = _emoji(folder / "emoji_project")
    texts["broken"] = _broken(folder / "broken_project")
    for name, text in texts.items():
        (folder / f"{name}.sarif").write_text(text, encoding="utf-8")
    return [folder / f"{name}.sarif" for name in texts]


def _checked(project: Path) -> str:
    outcome = check([project], Options(jobs=1, fixes=True, show_suppressed=True))
    return REPORTERS["sarif"](outcome.report, outcome.rules, plain)


def _emoji(project: Path) -> str:
    project.mkdir()
    (project / "sweep.py").write_text(EMOJI, encoding="utf-8")
    return _checked(project)


def _broken(project: Path) -> str:
    """Check a project of which one file is no Python."""
    shutil.copytree(FIXTURES / "shop", project)
    (project / "src" / "shop" / "broken.py").write_text("def f(:\n", encoding="utf-8")
    return _checked(project)
