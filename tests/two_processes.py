"""Judges one project alone and with another process in all ways that this may go, and prints what came of each.

A program of its own, since only a process with one thread makes a copy of itself.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from archlint.engine import Options, Taken, assess, project_of, take_in
from archlint.intake import partners
from archlint.judging import _found, load_checks
from archlint.project.blocking import BLOCKING_CALLS
from archlint.project.calls import USES
from archlint.project.inferences import inferences
from archlint.project.modulewise import ModuleWise
from archlint.project.partner import Partner
from archlint.project.program import Module, Project
from archlint.project.stored import decode, encode
from archlint.rulebook import judge
from archlint.rulebook.checks.project_checks import PROJECT_CHECKS
from archlint.rulebook.questions import questions

OWN = os.getpid()
MODULES = 120


def module(number: int) -> str:
    """Return a module that calls the next one, and one in the other half; in each something is wrong."""
    near, far = (number + 1) % MODULES, (number + MODULES // 2) % MODULES
    return (
        f"import time\nfrom pkg import m{near}, m{far}\n\n\n"
        f"def work():\n    {'time.sleep(1)' if number % 7 == 0 else f'm{near}.work()'}\n\n\n"
        f"async def main():\n    m{far}.work()\n    m{near}.main()\n"
    )


def result(taken: Taken) -> str:
    """Return everything that judging comes to."""
    report = assess(taken).report
    return msgspec.json.encode([report.violations, report.failures]).decode()


@contextmanager
def counted(calls: list[str]) -> Iterator[None]:
    """Note the questions about which the other process told its half, as this one sees it."""
    exchange = Partner.exchange

    def told(self: Partner, question: str, *rest: Any) -> Any:
        answers = exchange(self, question, *rest)
        calls.append(question if answers is not None else "")
        return answers

    with patch.object(Partner, "exchange", told):
        yield


def only_in_the_other(do: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does something here, and something else in the other process."""

    def either(*arguments: Any) -> Any:
        return (do if os.getpid() == OWN else instead)(*arguments)

    return either


def dies(*_: object) -> None:
    """End this process at once."""
    os._exit(3)


def fails(question: ModuleWise[Any], path: str) -> Callable[[Project, Module], Any]:
    """Return a question that cannot be answered about one module."""
    find = question.find

    def broken(project: Project, about: Module) -> Any:
        if about.path == path:
            raise ValueError("this module is too much")
        return find(project, about)

    return broken


def half(self: Partner, modules: Sequence[Module]) -> Sequence[Module]:
    """Return the half of the modules that a process asks about, however fast the other one is."""
    middle = len(modules) // 2
    return modules[middle:] if self._number else modules[:middle]


def interrupted(*_: object) -> Iterator[Any]:
    """Raise what Ctrl-C does, in this process, to which the other one leaves some checks."""
    if os.getpid() == OWN:
        raise KeyboardInterrupt
    time.sleep(0.1)
    yield from ()


def inferred(taken: Taken, *, others: bool) -> list[str]:
    """Return the references, and the questions about modules, that are known when a project was judged.

    They are what this process knows, and if wished for the other one, too, as they are kept.
    """
    project = project_of(taken)
    about_calls, the_rest = (
        [partial(_found, check) for check in part] for part in judge.checks(project, taken.inputs.chosen)
    )
    told: list[bytes] = []
    partners.judged_by_two(
        project,
        taken.inputs.jobs,
        questions(taken.inputs.chosen),
        about_calls,
        the_rest,
        lambda _, other: told.extend((encode(inferences(project)), other.lesson())),
    )
    kept = decode(told if others else told[:1])
    assert kept is not None
    settled = kept.settled(0)
    assert len(settled) == len({*settled})
    assert all(reference in settled and settled[reference] is not None for reference in settled)
    return sorted([*settled, *(f"question about {name}" for name in kept.answered)])


def main(folder: Path) -> None:
    """Print, by the name of each way: the result alone, the result with another process, and what that one told."""
    (folder / "pkg").mkdir()
    for number in range(MODULES):
        (folder / "pkg" / f"m{number}.py").write_text(module(number))
    alone = take_in([folder], Options(isolated=True, jobs=1))
    two = msgspec.structs.replace(alone, inputs=take_in([folder], Options(isolated=True, jobs=2)).inputs)
    load_checks()
    last = sorted(path for path in alone.gathered.facts)[-1]
    reversed_questions = only_in_the_other(
        partners._ask, lambda project, questions, partner: ASK(project, questions[::-1], partner)
    )
    ways: dict[str, Any] = {
        "well": patch.object(partners, "available_processors", lambda: 2),
        "one processor": patch.object(partners, "available_processors", lambda: 1),
        "it dies at once": patch.object(partners, "_accompany", dies),
        "it dies over the checks": patch.object(partners, "_done", only_in_the_other(partners._done, dies)),
        "it asks something else": patch.object(partners, "_ask", reversed_questions),
        "it fails there": patch.object(USES, "find", fails(USES, last)),
        "it fails here": patch.object(BLOCKING_CALLS, "find", fails(BLOCKING_CALLS, min(alone.gathered.facts))),
    }
    told: dict[str, object] = {}
    with patch.object(partners, "available_processors", lambda: 2):
        for name, way in ways.items():
            calls: list[str] = []
            with way:
                expected = result(alone)
                with counted(calls):
                    told[name] = [expected, result(two), calls]
        with patch.object(Partner, "share", half):
            told["inferred"] = [inferred(alone, others=True), inferred(two, others=False), inferred(two, others=True)]
        with patch.dict(PROJECT_CHECKS, dict.fromkeys(PROJECT_CHECKS, interrupted)):
            try:
                told["interrupt"] = result(two)
            except KeyboardInterrupt:
                told["interrupt"] = [process.pid for process in multiprocessing.active_children()]
    sys.stdout.write(msgspec.json.encode(told).decode())


ASK = partners._ask

if __name__ == "__main__":
    main(Path(sys.argv[1]))
