"""The page that `archlint rule --new` writes: a rule that works at once, and says what to put where."""

import re
from collections.abc import Mapping

from archlint.rulebook.model import Rule

_CODE = re.compile(r"[A-Z]{3}\d{3}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TEMPLATE = """# {code} {name}

`print` writes to standard output, which nobody reads where this runs: say in one sentence what is bad.

```toml
severity = "warning"
match = ["builtins.print(...)"]
message = "`print` is not seen in production; use the module's logger"
```

## Why

Say what goes wrong, when, and what it costs.

## What to do

Say what to write instead.

## What it does not flag

- Say what looks like it and is right.

## Bad

```python
def pay(amount: int) -> None:
    print("paid", amount)  # expect: {code}
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def pay(amount: int) -> None:
    logger.info("paid %s", amount)


def show(print) -> None:
    print("a parameter, not the builtin")
```
"""


def new_page(code: str, name: str) -> str:
    """Return the text of a page to start from."""
    return _TEMPLATE.format(code=code, name=name)


def new_page_mistakes(code: str, name: str, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Say why there cannot be a new rule with this code and name; a sentence for each reason."""
    wrong = []
    if not _CODE.fullmatch(code):
        wrong.append(f"{code} is no code for a rule; three capitals and three digits make one, as in ABC001")
    elif code in rules:
        wrong.append(f"the code {code} is taken by {rules[code].name}; choose another")
    if not _NAME.fullmatch(name):
        wrong.append(f"{name} is no name for a rule; write small words with hyphens, as in print-in-service")
    taken = next((rule for rule in rules.values() if rule.name == name), None)
    if taken is not None:
        wrong.append(f"the name {name} is taken by {taken.code}; choose another")
    return tuple(wrong)
