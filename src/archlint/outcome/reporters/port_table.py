"""The ports of a project for people (a table) and programs (JSON)."""

from collections.abc import Callable, Sequence

from archlint import __version__
from archlint.model import Location, Place
from archlint.outcome.reporters.dump import Json, dump
from archlint.outcome.reporters.paths import relative
from archlint.outcome.reporters.visible import visible
from archlint.project.port_inventory import AdapterEntry, PortEntry

Locate = Callable[[Place], Location]
_TITLES = ("PORT", "WHERE", "ADAPTER", "EVIDENCE", "CONFORMANCE")


def table(entries: Sequence[PortEntry], base: str, locate: Locate) -> str:
    """Return one row for each pair, and one for each port without adapter; paths are relative to `base`."""
    rows: list[tuple[str, ...]] = [_TITLES]
    for entry in entries:
        where = _where(entry.place, base, locate)
        if not entry.adapters:
            rows.append((entry.name, where, "-", "", ""))
        for number, adapter in enumerate(entry.adapters):
            head = (entry.name, where) if not number else ("", "")
            rows.append((*head, _adapter_name(adapter), _evidence(adapter, base, locate), _conformance(adapter)))
    shown = [tuple(map(visible, row)) for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(_TITLES))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown)
    return "".join(f"{line}\n" for line in lines) if entries else "no ports\n"


def _adapter_name(adapter: AdapterEntry) -> str:
    return f"{adapter.name} (fake)" if adapter.is_fake else adapter.name


def _evidence(adapter: AdapterEntry, base: str, locate: Locate) -> str:
    return f"{adapter.evidence} {_where(adapter.site, base, locate)}"


def _conformance(adapter: AdapterEntry) -> str:
    if adapter.conformance == "unknown":
        return f"unknown: {', '.join(adapter.unknown)}"
    members = dict.fromkeys(member for member, _, _ in adapter.mismatches)
    return f"{adapter.conformance}: {', '.join(members)}" if members else adapter.conformance


def _where(place: Place, base: str, locate: Locate) -> str:
    return f"{relative(place.path, base)}:{locate(place).line}"


def as_json(entries: Sequence[PortEntry], base: str, locate: Locate) -> str:
    """Return `{version, tool, ports}`; lines are 1-based, paths relative to `base`."""
    return dump(
        {
            "version": 1,
            "tool": {"name": "archlint", "version": __version__},
            "ports": [_port(entry, base, locate) for entry in entries],
        }
    )


def _port(entry: PortEntry, base: str, locate: Locate) -> Json:
    return {
        "name": entry.name,
        "module": entry.module,
        **_place(entry.place, base, locate),
        "role": entry.role,
        "members": list(entry.members),
        "adapters": [_adapter(adapter, base, locate) for adapter in entry.adapters],
    }


def _adapter(adapter: AdapterEntry, base: str, locate: Locate) -> Json:
    return {
        "name": adapter.name,
        "module": adapter.module,
        **_place(adapter.place, base, locate),
        "evidence": adapter.evidence,
        "site": _place(adapter.site, base, locate),
        "conformance": adapter.conformance,
        "mismatches": [{"member": member, "kind": kind, "message": said} for member, kind, said in adapter.mismatches],
        "unknown": list(adapter.unknown),
        "fake": adapter.is_fake,
    }


def _place(place: Place, base: str, locate: Locate) -> Json:
    return {"path": relative(place.path, base), "line": locate(place).line}
