"""The fixes of RDS001 and HTP001: what they write in each place that such a call may stand in."""

import re

import pytest

from archlint.outcome.fixes import applied
from archlint.rulebook.fixes.make import make_fixes


def fixed_text(code: str, source: str, callee: str) -> str:
    """Apply the fixes for all calls of a callee as it is written."""
    spans = [match.span() for match in re.finditer(rf"(?<![\w.]){re.escape(callee)}(?=\()", source)]
    found = make_fixes(source, "example", is_package=False, wishes=[(code, *span) for span in spans])
    return applied(source, [each for each in found if each is not None])[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = r.keys()", "x = list(r.scan_iter())"),
        ("x = r.keys('a*')", "x = list(r.scan_iter('a*'))"),
        ("x = r.keys(pattern='a*')", "x = list(r.scan_iter(match='a*'))"),
        ("x = r.keys('a*',)", "x = list(r.scan_iter('a*',))"),
        ("for k in r.keys('a*'): pass", "for k in r.scan_iter('a*'): pass"),
        ("x = [k for k in r.keys()]", "x = [k for k in r.scan_iter()]"),
        ("x = [*r.keys(), 1]", "x = [*list(r.scan_iter()), 1]"),
        ("x = sorted(r.keys())[0]", "x = sorted(list(r.scan_iter()))[0]"),
        ("x = r.keys('a*')[0]", "x = list(r.scan_iter('a*'))[0]"),
        ("x = r.keys(*y)", "x = r.keys(*y)"),
        ("x = r.keys(**y)", "x = r.keys(**y)"),
        ("x = r.keys('*', target_nodes=y)", "x = r.keys('*', target_nodes=y)"),
        ("x = r.keys(  # all\n    )", "x = r.keys(  # all\n    )"),
        ("x = await r.keys('a*')", "x = [key async for key in r.scan_iter('a*')]"),
        ("x = (await r.keys())[0]", "x = ([key async for key in r.scan_iter()])[0]"),
        ("f(*await r.keys())", "f(*[key async for key in r.scan_iter()])"),
        ("for k in await r.keys('a'): pass", "async for k in r.scan_iter('a'): pass"),
        ("for k in (await r.keys()): pass", "for k in ([key async for key in r.scan_iter()]): pass"),
        ("x = [k for k in await r.keys()]", "x = [k for k in [key async for key in r.scan_iter()]]"),
    ],
)
def test_scan(before: str, after: str) -> None:
    source = f"async def f(r, x, y):\n    {before}\n"
    result = fixed_text("RDS001", source, "r.keys")
    assert result == f"async def f(r, x, y):\n    {after}\n"
    compile(result, "example.py", "exec", dont_inherit=True)
    if before != after:
        assert "r.keys" not in result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("s.get(u)", "s.get(u, timeout=10)"),
        ("s.get(u,)", "s.get(u, timeout=10,)"),
        ("s.get( u )", "s.get( u, timeout=10 )"),
        ("s.get((u))", "s.get((u), timeout=10)"),
        ("s.get((u or (x)))", "s.get((u or (x)), timeout=10)"),
        ("s.get(u, params={'a': 1})", "s.get(u, params={'a': 1}, timeout=10)"),
        ("x = s.get(u).json()", "x = s.get(u, timeout=10).json()"),
        ("s.get(s.get(u).text)", "s.get(s.get(u, timeout=10).text, timeout=10)"),
        ("s.get(\n        u\n    )", "s.get(\n        u, timeout=10\n    )"),
        ("s.get(\n        u,\n        x,\n    )", "s.get(\n        u,\n        x,\n        timeout=10,\n    )"),
        ("s.get(\n        u,\n        x)", "s.get(\n        u,\n        x, timeout=10)"),
        ("s.get(\n        u,  # where\n    )", "s.get(\n        u,  # where\n    )"),
        ("s.get(u, **x)", "s.get(u, **x)"),
        ("s.get(*x)", "s.get(*x)"),
        ("s.get(u, timeout=None)", "s.get(u, timeout=None)"),
        ("s.get()", "s.get()"),
        ("s.get(f(u))", "s.get(f(u), timeout=10)"),
    ],
)
def test_timeout(before: str, after: str) -> None:
    source = f"def g(s, u, x, f):\n    {before}\n"
    result = fixed_text("HTP001", source, "s.get")
    if before.count("s.get") > 1:  # fixes that overlap take turns
        result = fixed_text("HTP001", result, "s.get")
    assert result == f"def g(s, u, x, f):\n    {after}\n"
    compile(result, "example.py", "exec", dont_inherit=True)
    assert fixed_text("HTP001", result, "s.get") == result
