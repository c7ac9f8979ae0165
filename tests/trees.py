"""What a tree consists of, to compare it with the tree that another process has."""

import dataclasses
from hashlib import sha256

import libcst as cst


def digest(tree: cst.Module, without: tuple[type[cst.CSTNode], ...] = ()) -> str:
    """Return a digest of all nodes and fields of a tree, in which the nodes of some classes are `None`."""
    return sha256(repr(_plain(tree, without)).encode()).hexdigest()


def _plain(value: object, without: tuple[type[cst.CSTNode], ...]) -> object:
    if isinstance(value, without):
        return None
    if isinstance(value, list | tuple):
        return [_plain(each, without) for each in value]
    if not isinstance(value, cst.CSTNode):
        return value
    fields = dataclasses.fields(value)
    return (type(value).__name__, *((field.name, _plain(getattr(value, field.name), without)) for field in fields))
