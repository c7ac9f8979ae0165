"""Edits of Python projects by chance, as people make them: most leave a program that parses."""

import random
import re
from collections.abc import Callable
from pathlib import Path

_DEF = re.compile(r"^([ ]*)((?:async )?def) (\w+)\((.*)$", re.MULTILINE)
_CLASS = re.compile(r"^class (\w+)(?:\((.*)\))?:$", re.MULTILINE)
_IMPORT = re.compile(r"^(?:from [\w.]+ import \w[\w, ]*|import [\w.]+)$", re.MULTILINE)
_BOUND = re.compile(r"^(?:(\w+) = |(?:async )?(?:def|class) (\w+)|from [\w.]+ import (\w+)$)", re.MULTILINE)
_FROM = re.compile(r"^from (\.*)([\w.]* import \w+)", re.MULTILINE)
_STATEMENTS = (
    "import time; time.sleep(1)",
    "print('done')",
    "open('file').read()",
    "raise ValueError('no')",
    "return None",
    "return [each for each in range(3)]",
)
_COMMENTS = ("# said", "", "# archlint: ignore[ASY001] it is short", "# archlint: ignore[TIM001]")
_MAY_BREAK = 0.05
_FILES = 0.08


class Editor:
    """Changes files of the project at `root`, always the same ones for a seed; `undo` puts back what was."""

    def __init__(self, root: Path, seed: int, files: float = _FILES) -> None:
        """Take how many of the edits, at most 1, are of files that come or go."""
        self._root = root
        self._share = files
        self._chance = random.Random(seed)
        self._files = sorted(root.rglob("*.py"))
        self._names = sorted({name for file in self._files for _, _, name, _ in _DEF.findall(_read(file))})
        self._was: dict[Path, bytes | None] = {}

    def edit(self) -> str:
        """Make one edit and tell what it was."""
        if self._chance.random() < self._share:
            return self._chance.choice((self._add, self._delete, self._shadow, self._supply, self._package))()
        file = self._any()
        change = self._chance.choice(_CHANGES)
        before = _read(file)
        after = change(self, before)
        if self._chance.random() > _MAY_BREAK and not _parses(after):
            after = before
        self._write(file, after.encode())
        return f"{change.__name__} in {file.relative_to(self._root).as_posix()}"

    def undo(self) -> None:
        """Make all files what they were."""
        for file, data in self._was.items():
            if data is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(data)
        self._was.clear()

    def _write(self, file: Path, data: bytes) -> None:
        self._was.setdefault(file, file.read_bytes() if file.exists() else None)
        file.write_bytes(data)

    def _any(self) -> Path:
        return self._chance.choice([file for file in self._files if file.exists()])

    def _copy(self, file: Path) -> str:
        """Let a file say what another one says, unless there is one."""
        if not file.exists():
            model = _read(self._any()).encode()
            file.parent.mkdir(parents=True, exist_ok=True)
            self._write(file, model)
            self._files = sorted({*self._files, file})
        return f"add {file.relative_to(self._root).as_posix()}"

    def _add(self) -> str:
        return self._copy(self._any().with_name(f"added_{self._chance.randrange(3)}.py"))

    def _delete(self) -> str:
        file = self._any()
        self._was.setdefault(file, file.read_bytes())
        file.unlink()
        return f"delete {file.relative_to(self._root).as_posix()}"

    def _shadow(self) -> str:
        """Add a module whose name is bound in the package around it."""
        packages = [file for file in self._files if file.name == "__init__.py" and file.exists()]
        file = self._chance.choice(packages) if packages else self._any()
        names = [next(filter(None, found)) for found in _BOUND.findall(_read(file))]
        return self._copy(file.with_name(f"{self._chance.choice(names or ['bound'])}.py"))

    def _supply(self) -> str:
        """Add a module, or a package, that a file may import."""
        file = self._any()
        found = self._one(_FROM, _read(file))
        dots, dotted = found.groups() if found else ("", "supplied")
        around = file.parents[len(dots) - 1] if dots else self._root
        parts = [part for part in dotted.replace(" import ", ".").split(".") if part]
        parts = parts[: self._chance.randrange(1, len(parts) + 1)]
        name = self._chance.choice(("{}.py", "{}/__init__.py")).format("/".join(parts))
        inside = self._root in around.parents or around == self._root
        return self._copy((around if inside else self._root) / name)

    def _package(self) -> str:
        """Make a folder a package, or no longer one."""
        file = self._any().with_name("__init__.py")
        if not file.exists():
            return self._copy(file)
        self._was.setdefault(file, file.read_bytes())
        file.unlink()
        return f"delete {file.relative_to(self._root).as_posix()}"

    def comment(self, text: str) -> str:
        """Put in a line that means nothing."""
        lines = text.splitlines()
        lines.insert(self._chance.randrange(len(lines) + 1), self._chance.choice(_COMMENTS))
        return "\n".join(lines) + "\n"

    def stretch(self, text: str) -> str:
        """Put a comment behind everything, or an empty line between all functions."""
        return self._chance.choice((text + "# the end\n", re.sub(r"\n\n+", "\n\n\n", text), f"# first\n{text}"))

    def statement(self, text: str) -> str:
        """Put a statement at the beginning of a function."""
        return self._into_function(text, self._chance.choice(_STATEMENTS))

    def call(self, text: str) -> str:
        """Call something from a function that may have that name here."""
        return self._into_function(text, f"{self._chance.choice((*self._names, 'self.run'))}()")

    def rename(self, text: str) -> str:
        """Give a function of the file another name, everywhere in the file."""
        found = self._one(_DEF, text)
        return re.sub(rf"\b{found[3]}\b", self._chance.choice((f"{found[3]}_x", *self._names)), text) if found else text

    def sign(self, text: str) -> str:
        """Give a function another parameter."""
        found = self._one(_DEF, text)
        if found is None:
            return text
        return f"{text[: found.start(4)]}{'self, ' if found[1] else ''}extra=None, {found[4]}{text[found.end() :]}"

    def colour(self, text: str) -> str:
        """Make a function async, or no longer."""
        found = self._one(_DEF, text)
        if found is None:
            return text
        return text[: found.start(2)] + ("def" if found[2] != "def" else "async def") + text[found.end(2) :]

    def function(self, text: str) -> str:
        """Add a function or a class."""
        number = self._chance.randrange(5)
        plain = f"def added_{number}(value):\n    return {self._chance.choice((*self._names, 'print'))}(value)\n"
        class_ = f"class Added{number}:\n    keys = list\n"
        return f"{text}\n\n{self._chance.choice((plain, 'async ' + plain, class_))}"

    def base(self, text: str) -> str:
        """Derive a class from something else."""
        found = self._one(_CLASS, text)
        base = self._chance.choice(("Exception", "dict", *(name for name, _ in _CLASS.findall(text))))
        return f"{text[: found.start()]}class {found[1]}({base}):{text[found.end() :]}" if found else text

    def forget(self, text: str) -> str:
        """Leave out a line."""
        lines = text.splitlines(keepends=True)
        return "".join(lines[:number] + lines[number + 1 :]) if (number := self._number(lines)) >= 0 else text

    def imports(self, text: str) -> str:
        """Leave out an import, or take one from another file."""
        other = self._one(_IMPORT, _read(self._chance.choice([file for file in self._files if file.exists()])))
        found = self._one(_IMPORT, text)
        if found is None or self._chance.random() < 0.5:
            return f"{other[0]}\n{text}" if other and "__future__" not in text else text
        return (
            text[: found.start()]
            + (other[0] if other and self._chance.random() < 0.5 else "pass")
            + text[found.end() :]
        )

    def _number(self, lines: list[str]) -> int:
        return self._chance.randrange(len(lines)) if lines else -1

    def _into_function(self, text: str, statement: str) -> str:
        found = self._one(re.compile(r"^([ ]*)(?:async )?def .*:$", re.MULTILINE), text)
        return f"{text[: found.end()]}\n{found[1]}    {statement}{text[found.end() :]}" if found else text

    def _one(self, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
        found = list(pattern.finditer(text))
        return self._chance.choice(found) if found else None


_CHANGES: tuple[Callable[[Editor, str], str], ...] = (
    *(Editor.comment, Editor.stretch, Editor.statement, Editor.call, Editor.rename, Editor.sign, Editor.colour),
    *(Editor.function, Editor.base, Editor.forget, Editor.imports),
)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="surrogateescape")


def _parses(text: str) -> bool:
    try:
        compile(text, "<edited>", "exec", dont_inherit=True, flags=0x400)
    except (SyntaxError, ValueError):
        return False
    return True
