"""Runs the examples of rule pages as tests: what a page expects, and what its rule really says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from archlint.engine import Options, check
from archlint.inputs import configure
from archlint.intake.rulefiles import user_pages
from archlint.model import Report
from archlint.outcome.examples import written
from archlint.rulebook.examples import Example, Finding, examples, expected
from archlint.rulebook.pages import load


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One example that was run: the page's path and rule, section and line of the example, and what was wrong."""

    page: str
    code: str
    section: str
    line: int
    problems: tuple[str, ...]


def try_pages(directories: Sequence[Path]) -> Iterator[Tried]:
    """Run every example of the rule pages below the directories. Raises `PageError` before anything is run."""
    pages = list(user_pages(directories))
    codes = {rule.page: rule.code for rule in load(pages).values()}
    configure(Path.cwd(), Options(isolated=True, rule_pages=tuple(directories)))
    for page in pages:
        for example in examples(page.text):
            code = codes[page.path]
            yield Tried(
                page=page.path,
                code=code,
                section=example.section,
                line=example.line,
                problems=tuple(_problems(code, example, tuple(directories))),
            )


def configured_directories(start: Path) -> tuple[Path, ...]:
    """Return the directories of rule pages that the configuration of the project at `start` names."""
    config, _ = configure(start, Options())
    root = config.root or start
    return tuple(root / each for each in config.rule_pages)


def _problems(code: str, example: Example, directories: tuple[Path, ...]) -> Iterator[str]:
    wrong = [_bad_path(path) for path in example.files]
    if any(wrong):
        yield from filter(None, wrong)
        return
    markers: Counter[Finding] = Counter()
    try:
        for path, text in example.files.items():
            markers += expected(path, text)
    except ValueError as error:
        yield str(error)
        return
    yield from (
        f"{path}:{line}: expects {other}, but only {code} is tried here"
        for path, line, other in markers
        if other != code
    )
    if example.section == "Bad" and not markers:
        yield f"expects nothing; mark at least one line with `# expect: {code}`, or move it to Good"
    if example.section == "Good" and markers:
        yield "expects a violation; move it to Bad"
    with written(example) as root:
        report = check([root], Options(select=(code,), jobs=1, rule_pages=directories)).report
        yield from (f"{_below(each.path, root)}: {each.message}" for each in report.failures)
        yield from _differences(code, markers, _found(report, root))


def _bad_path(path: str) -> str:
    outside = PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts
    return f"`{path}` leads out of the example; name a file in it" if outside else ""


def _below(path: str, root: Path) -> str:
    return Path(path).relative_to(root).as_posix() if path and Path(path).is_relative_to(root) else "the example"


def _found(report: Report, root: Path) -> dict[Finding, list[str]]:
    """Return the messages of what was found, by place and code."""
    found: dict[Finding, list[str]] = {}
    for each in report.violations:
        line = report.location(each.place).line
        found.setdefault((_below(each.place.path, root), line, each.code), []).append(each.message)
    return found


def _differences(code: str, markers: Counter[Finding], found: dict[Finding, list[str]]) -> Iterator[str]:
    for place in sorted(set(markers) | set(found)):
        path, line, _ = place
        messages, wanted = found.get(place, []), markers[place]
        if place[2] != code or len(messages) == wanted:
            continue
        said = f" ({messages[0]})" if messages else ""
        yield f"{path}:{line}: expected {_times(code, wanted)}, found {_times(code, len(messages))}{said}"


def _times(code: str, count: int) -> str:
    return {0: "nothing", 1: code}.get(count, f"{code} {count} times")
