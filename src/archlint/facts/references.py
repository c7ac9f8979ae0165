"""The reference notation of facts (see `facts/model.py`): how references are joined, split and extended."""

import re
from collections.abc import Collection
from functools import lru_cache

_ROOT = re.compile(r"[^#@(!^~*&\[{<%$+]*(?:[#@]\d+(?::\w+)?)?")
_STEP = re.compile(r"\.[^.(!^~*&\[{<%$+]+|\(\)|\{\}|\[[^\]]*\]|[!^~*&%$+]")
_BEHIND_ROOT = re.compile(r"[(!^~*&\[{<%$+#@]")
_BRACKETS = {")": "()", "}": "{}"}
_OPEN_ENDED = frozenset(">]")
_MARKS = frozenset("!^~*&%$+")
ATTRIBUTE = re.compile(r"\.([^\W\d]\w*)")
_ANGLE = re.compile(r"[<>]")
_NAME = re.compile(r"[\w.]+(?:@\d+)?")
_PARAMETER = re.compile(r"(.+#\d+):(\w+)")
_BETWEEN_ALTERNATIVES = re.compile(r"[<>|]")
_BETWEEN_ARGUMENTS = re.compile(r"[][<>,]")
KEPT_UNDER = "__kept_under__"
"""How the attribute begins that stands for what an application keeps under a name: `app["pool"]`."""
KEPT_BY_KEY = "__kept_by_key__"
"""The attribute of an `AppKey` that stands for what an application keeps under it: `app[POOL]`."""
COGS = "discord.ext.commands.Bot{}"
"""What stands for whatever keeps the parts of a Discord bot under the names of their classes."""
CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
"""What makes context managers of its first argument, a generator function, which stands as the type's argument."""
WANTED = "__wanted__"
"""The attribute of what a `__getattr__` hands on to that stands for the one it is asked for."""
DEMAND = "demand"
"""The code of a candidate that spans what runs only if a parameter (its subject) is as its values say."""
BEHIND = "behind"
"""The message of a demand that holds from its place to the end of the function, and not within it."""
TRUE, FALSE, NOTHING, SOMETHING, IS_A, IS_NO = "true", "false", "nothing", "something", "is a", "is no"
"""What a demand asks of a parameter; the last two with types."""
KEPT = "kept"
"""The code of a candidate for what becomes an attribute of something that is made for it, or of a class's instance."""
SELF = frozenset({"typing.Self", "typing_extensions.Self"})
MAX_ALTERNATIVES = 6
MAX_LENGTH = 450
MAX_HANDED = 180
"""How long a callee may be, with the classes that are handed to it."""


def alternatives(reference: str) -> list[str]:
    """Split a reference at its outermost `|`; the empty reference has no alternatives."""
    if "|" not in reference:
        return [reference] if reference else []
    if "<" not in reference:
        return reference.split("|")
    parts: list[str] = []
    depth = start = 0
    for found in _BETWEEN_ALTERNATIVES.finditer(reference):
        if found[0] != "|":
            depth += 1 if found[0] == "<" else -1
        elif not depth:
            parts.append(reference[start : found.start()])
            start = found.end()
    parts.append(reference[start:])
    return [part for part in parts if part]


def union(*references: str) -> str:
    """Join references: what is unknown adds nothing, what is too much to follow becomes unknown.

    Of what a builder went through (`query = query.filter(...)` under one `if` after the other) its beginning is kept.
    """
    known: Collection[str] = dict.fromkeys(part for reference in references for part in alternatives(reference))
    if len(known) > MAX_ALTERNATIVES:
        known = _beginnings(known)
    return "|".join(known) if len(known) <= MAX_ALTERNATIVES else ""


def _beginnings(known: Collection[str]) -> list[str]:
    """Return those references of which none other is the beginning, up to one of its steps."""
    return [
        each
        for each in known
        if not any(each.startswith(other) and _STEP.match(each, len(other)) for other in known if other != each)
    ]


def step(reference: str, suffix: str) -> str:
    """Take one step from every alternative; the unknown stays unknown, and so does what grows out of bounds."""
    if len(reference) > MAX_LENGTH:
        reference = "|".join(_beginnings(alternatives(reference)))
    if not reference or len(reference) > MAX_LENGTH:
        return ""
    if "|" not in reference:
        return reference + suffix
    return "|".join(part + suffix for part in alternatives(reference))


def kept_under(name: str) -> str:
    """Return the attribute that stands for what an application keeps under a name."""
    return KEPT_UNDER + re.sub(r"\W", "_", name)


def passed_for(name: str, parameter: str) -> str:
    """Return the subject of a candidate for what a class of this name is made with, by keyword or by place."""
    return f"{name}({parameter}"


def parameter_of(reference: str) -> tuple[str, str] | None:
    """Return the root of a constructor and the parameter of it that a reference begins with; `None` for all others."""
    found = _PARAMETER.match(reference)
    return (found[1], found[2]) if found is not None else None


def handed(callee: str, classes: list[str]) -> str:
    """Return the reference of a function to which classes are handed: those among the first arguments, else nothing.

    What it returns may be an instance of one of them. A long chain goes without, so that it can be followed further.
    """
    plain = all(_NAME.fullmatch(each) for each in classes if each)
    short = len(callee) + sum(map(len, classes)) <= MAX_HANDED
    return step(callee, f"<={','.join(classes)}>") if plain and short and any(classes) else callee


def generic(base: str, arguments: list[str]) -> str:
    """Return the reference of a type with arguments; an unknown argument is written as an empty one."""
    return f"{base}<{','.join(arguments)}>" if base and any(arguments) else base


@lru_cache(maxsize=65536)
def parse(reference: str) -> tuple[str, tuple[str, ...]]:
    """Split one alternative into its root and its steps, each step as it is written.

    The dotted names of the root are not steps: where the root ends and attributes begin is for the project to
    find out.
    """
    root = _ROOT.match(reference)
    index = root.end() if root else 0
    steps: list[str] = []
    while index < len(reference):
        simple = _STEP.match(reference, index)
        end = simple.end() if simple else _closing(reference, index)
        steps.append(reference[index:end])
        index = end
    return (root[0] if root else ""), tuple(steps)


def last_step(reference: str) -> str:
    """Return the last step of one alternative as it is written, empty when it is nothing but a root.

    Its last letter tells, but where type arguments end, or do not: a reference may be cut off within them.
    """
    end = reference[-1:]
    cut = "<" in reference and reference.count("<") != reference.count(">")
    if cut or end in _OPEN_ENDED or reference[:1] == "=":
        steps = parse(reference)[1]
        return steps[-1] if steps else ""
    if end in _BRACKETS:
        return _BRACKETS[end]
    if end in _MARKS:
        return end
    before, _, name = reference.rpartition(".")
    return f".{name}" if _BEHIND_ROOT.search(before) else ""


def attributes(reference: str) -> list[tuple[int, str]]:
    """Return where each attribute that one alternative reads begins, and its name; type arguments read nothing here."""
    if "<" not in reference:
        return [(found.start(), found[1]) for found in ATTRIBUTE.finditer(reference)]
    root, steps = parse(reference)
    found = attributes(root)
    start = len(root)
    for each in steps:
        if each[0] == ".":
            found.append((start, each[1:]))
        start += len(each)
    return found


def _closing(reference: str, start: int) -> int:
    """Return the offset behind the `>` that closes the type arguments which begin at `start`."""
    depth = 0
    for bracket in _ANGLE.finditer(reference, start):
        depth += 1 if bracket[0] == "<" else -1
        if not depth:
            return bracket.end()
    return len(reference)


def arguments_of(step_text: str) -> list[str]:
    """Return the type arguments of a `<...>` step."""
    parts: list[str] = []
    depth = start = 0
    inner = step_text[1:-1]
    for found in _BETWEEN_ARGUMENTS.finditer(inner):
        if found[0] != ",":
            depth += 1 if found[0] in "<[" else -1
        elif not depth:
            parts.append(inner[start : found.start()])
            start = found.end()
    parts.append(inner[start:])
    return parts


def filled(type_: str, placeholder: str, given: str) -> str:
    """Return a type with what stands for its placeholder, a name of its own; without it the argument is left out."""
    if placeholder not in type_:
        return type_
    if type_ == placeholder:
        return given
    name, _, rest = type_.partition("<")
    arguments = [filled(each, placeholder, given) for each in arguments_of(f"<{rest}")] if rest else []
    return generic(name, arguments)
