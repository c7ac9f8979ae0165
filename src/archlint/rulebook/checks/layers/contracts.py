"""LAY007 broken-contract: the user's import-linter contracts, run by import-linter's classes on our graph."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from archlint.facts.model import Import
from archlint.model import Failure, Place, Severity, SourceText, Step, Violation
from archlint.project.grimp_graph import ContractGraph, contract_graph
from archlint.project.imports import ImportGraph
from archlint.project.paths import Ban, Paths
from archlint.rulebook.checks.layers.contract_bans import bans, links
from archlint.rulebook.checks.layers.contract_errors import explanations, listed, unseen_folders, wrong_roots
from archlint.rulebook.checks.layers.contract_file import ContractFile
from archlint.rulebook.checks.layers.contract_metadata import Findings, Link, Offence, findings
from archlint.rulebook.checks.layers.contract_types import (
    CheckedCodeError,
    UnusableTypeError,
    contract_class,
    declared_types,
)
from archlint.rulebook.checks.layers.reporting import joined, mending

if TYPE_CHECKING:
    import grimp

CODE = "LAY007"


class _Code(msgspec.Struct, frozen=True):
    """The checked code as far as contracts need it."""

    contracts: ContractFile
    project: ImportGraph
    paths: Mapping[str, str]
    built: ContractGraph


def broken_contracts(
    contracts: ContractFile,
    project: ImportGraph,
    paths: Mapping[str, str],
    text_of: Callable[[str], SourceText],
    root: str,
) -> Iterator[Violation | Failure | str]:
    """Judge every contract of the user's; a string is a note.

    `paths` has the absolute path of each module, `text_of` gives a module's text by its name, `root` is the
    absolute directory of the checked project. There is one violation for each alias that starts an illegal
    chain, sorted by place; a broken contract that tells of no line has one at its own place in the
    configuration. A contract that cannot be judged is a failure (a note, if only because its type is checked
    code), and the others still run.
    """
    wrong = tuple(wrong_roots(contracts, project))
    yield from wrong
    ready = []
    for made in _made(contracts, root):
        if isinstance(made, tuple):
            ready.append(made)
        else:
            yield made
    if wrong or not ready:
        return
    built = contract_graph(
        project,
        contracts.roots,
        text_of,
        include_external=contracts.is_set("include_external_packages"),
        exclude_type_checking=contracts.is_set("exclude_type_checking_imports"),
    )
    if _is_vacuous(project, built):
        names = ", ".join(f"`{name}`" for name in contracts.roots)
        yield contracts.failure(
            f"none of the imports in {names} is one between its modules; name the real root package"
        )
        return
    yield from unseen_folders(contracts, project)
    code = _Code(contracts, project, paths, built)
    for options, contract in ready:
        yield from _judged(code, options, contract)


def _made(contracts: ContractFile, root: str) -> Iterator[tuple[dict[str, Any], Any] | Failure | str]:
    """Yield the options and the instance of each contract, or what is wrong with it."""
    import importlinter.api  # noqa: F401, PLC0415 -- configures import-linter; 0.13 s that only contracts should cost
    from importlinter.domain.contract import InvalidContractOptions  # noqa: PLC0415 -- likewise

    types, unreadable = declared_types(contracts)
    for line in unreadable:
        yield contracts.failure(f"contract type `{line}` cannot be read; write `name: package.module.Class`")
    if not contracts.contracts:
        yield contracts.failure(
            "there are no contracts; write `[[tool.importlinter.contracts]]` or `[importlinter:contract:1]`"
        )
    for options in contracts.contracts:
        if missing := [key for key in ("name", "type") if key not in options]:
            yield contracts.failure(f"a contract has no {' and no '.join(missing)}", options)
            continue
        try:
            made = contract_class(options["type"], types, root)
            yield options, made(options["name"], contracts.session, options)
        except CheckedCodeError as error:
            yield f'contract "{options["name"]}" was not checked: {error}'
        except UnusableTypeError as error:
            yield contracts.failure(str(error), options)
        except InvalidContractOptions as error:
            for option, problem in sorted(error.errors.items()):
                yield contracts.failure(f"option `{option}`: {problem.rstrip('.')}", options)
        except Exception as error:  # noqa: BLE001 -- fields choke on wrong types, and a contract type is foreign code
            yield contracts.failure(f"its options cannot be read: {type(error).__name__}: {error}", options)


def _is_vacuous(project: ImportGraph, built: ContractGraph) -> bool:
    scanned = [project.modules[name] for name in built.graph.modules if name in project.modules]
    return len(scanned) > 1 and not built.imports and any(facts.imports for facts in scanned)


def _judged(code: _Code, options: dict[str, Any], contract: Any) -> Iterator[Violation | Failure | str]:  # noqa: ANN401 -- a type that only import-linter has
    graph = copy.deepcopy(code.built.graph)
    try:
        check = contract.check(graph, verbose=False)
    except Exception as error:  # noqa: BLE001 -- import-linter raises many types, and a contract type is foreign code
        yield from explanations(code.contracts, options, error, code.built.graph)
        return
    for warning in sorted(check.warnings):
        yield f'contract "{options["name"]}": {warning}'
    if check.kept:
        return
    told = findings(check.metadata)
    verdict = _verdict(code, options)
    violations = [*_illegal_imports(code, verdict, options, graph, told), *_undeclared(code, verdict, told)]
    violations.sort(key=lambda violation: (violation.place, violation.subject))
    yield from violations or [verdict]


def _verdict(code: _Code, options: dict[str, Any]) -> Violation:
    """Return the violation that a broken contract is when it tells no more than that."""
    return Violation(
        code=CODE,
        severity=Severity.ERROR,
        message=f'contract "{options["name"]}" is broken',
        place=code.contracts.place(options),
        module="",
        scope="",
        subject="",
        contract=options["name"],
        help="\n".join(listed(options.get("broken_contract_guidance"))),
    )


def _illegal_imports(
    code: _Code, verdict: Violation, options: dict[str, Any], graph: "grimp.ImportGraph", told: Findings
) -> Iterator[Violation]:
    """Yield a violation for each alias behind each first link of an illegal chain.

    Metadata names some of them, our own search all; it goes first because its chains are shortest.
    """
    forbidden = bans(options["type"], options, graph)
    paths = Paths(links(graph)) if forbidden else Paths({})
    shortest = {offence.chain[0]: offence for offence in sorted(_searched(paths, forbidden), reverse=True)}
    for offence in told.offences:
        shortest.setdefault(offence.chain[0], offence)
    advice = mending(paths, forbidden, len(shortest), "the contract")
    for (importer, imported), offence in sorted(shortest.items()):
        for import_ in code.built.imports.get((importer, imported), ()):
            yield msgspec.structs.replace(
                verdict,
                message=_message(offence, verdict.contract),
                place=_place(code, importer, import_),
                module=importer,
                scope=_scope(code, importer, import_),
                subject=imported,
                help=joined(verdict.help, advice),
                trace=_trace(code, offence.chain),
            )
            advice = ""


def _searched(paths: Paths, forbidden: Iterable[Ban]) -> Iterator[Offence]:
    for ban in forbidden:
        for path in paths.illegal(ban):
            yield Offence(len(path) - 1, tuple(pairwise(path)), "")


def _undeclared(code: _Code, verdict: Violation, told: Findings) -> Iterator[Violation]:
    for module in told.undeclared:
        yield msgspec.structs.replace(
            verdict,
            message=f'`{module}` is in no layer of the exhaustive contract "{verdict.contract}"',
            place=Place(code.paths[module], 0, 0) if module in code.paths else verdict.place,
            module=module,
            subject=module,
        )


def _message(offence: Offence, contract: str) -> str:
    importer, imported = offence.chain[0]
    target = offence.chain[-1][1]
    what = f"`{target}`" if offence.length == 1 else f"`{target}`, not even through `{imported}`"
    return f'`{importer}` may not import {what}{offence.reason} (contract "{contract}")'


def _trace(code: _Code, chain: tuple[Link, ...]) -> tuple[Step, ...]:
    """Return a step for each link; none for a direct import, which is the violation's own place."""
    if len(chain) == 1:
        return ()
    steps = []
    for importer, imported in chain:
        first = next(iter(code.built.imports.get((importer, imported), ())), None)
        place = _place(code, importer, first) if first else None
        steps.append(Step(f"`{importer}` imports `{imported}`", place))
    return tuple(steps)


def _place(code: _Code, module: str, import_: Import) -> Place:
    return Place(code.paths[module], import_.start, import_.end)


def _scope(code: _Code, module: str, import_: Import) -> str:
    functions = code.project.modules[module].functions
    return functions[import_.function].qualname if import_.function >= 0 else ""
