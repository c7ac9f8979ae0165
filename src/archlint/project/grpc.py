"""What generated gRPC code is, which is seldom among the checked files: recognised by the names that `protoc` gives.

A module `x_pb2_grpc` has, for a service `S`, the classes `SStub` and `SServicer` and a function
`add_SServicer_to_server`.
"""

import re

from archlint.project.program import Module, Project
from archlint.project.types import types
from archlint.project.values import Value

_GENERATED = re.compile(r"(?:^|\.)\w*_pb2_grpc(?::\d+)?\.(\w+)$")


def _generated(project: Project, name: str) -> str:
    """Return the name that something has in generated code; empty when it comes from elsewhere."""
    if "@" in name:
        module, fact = project.class_(name)
        name = f"{module.name}.{fact.qualname}"
    found = _GENERATED.search(name)
    return found[1] if found else ""


def is_stub(project: Project, value: Value) -> bool:
    """Tell whether a value is a client stub."""
    return value.kind == "instance" and _generated(project, value.name).endswith("Stub")


def is_servicer(project: Project, key: str) -> bool:
    """Tell whether a class of the project (a reference root) is written to answer the calls of a service."""
    order = project.query(types).order(key)
    return any(_generated(project, each).endswith("Servicer") for each in order) and not _generated(project, key)


def is_generated(module: Module) -> bool:
    """Tell whether a module is generated code."""
    return module.imported_as.endswith(("_pb2_grpc", "_pb2"))


def uses_grpc(project: Project) -> bool:
    """Answer the query whether any module of the project imports generated gRPC code."""
    return any(
        "_pb2_grpc" in each.target or "_pb2_grpc" in each.name
        for module in project.modules
        for each in module.facts.imports
    )
