"""What the containers of the standard library hold, as far as their type arguments say."""

from archlint.facts.references import alternatives

_SEQUENCES = frozenset(
    {
        f"{module}.{name}"
        for module, names in {
            "builtins": ("list", "set", "frozenset"),
            "typing": (
                "List", "Set", "FrozenSet", "Sequence", "Iterable", "Iterator", "Collection", "AsyncIterator",
                "AsyncIterable", "Deque", "Generator", "AsyncGenerator", "MutableSequence", "AbstractSet", "KeysView",
            ),
            "collections": ("deque",),
            "collections.abc": (
                "Sequence", "Iterable", "Iterator", "Collection", "AsyncIterator", "AsyncIterable", "Generator",
                "AsyncGenerator", "MutableSequence", "Set", "KeysView",
            ),
        }.items()
        for name in names
    }
)  # fmt: skip
_MAPPINGS = frozenset(
    {
        "builtins.dict",
        "collections.OrderedDict",
        "collections.defaultdict",
        "typing.Dict",
        "typing.DefaultDict",
        "typing.Mapping",
        "typing.MutableMapping",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
    }
)
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_VALUES_OF_MAPPING = frozenset({"get", "pop", "setdefault"})
_ITEMS_OF_SEQUENCE = frozenset({"pop", "popleft"})


def element(container: str, args: tuple[str, ...]) -> str:
    """Return the type (a reference) of what iterating over the container gives; empty when unknown."""
    if container in _SEQUENCES or container in _MAPPINGS:
        return args[0] if args else ""
    if container in _TUPLES and args:
        return "|".join(dict.fromkeys(each for each in args if each))
    return ""


def subscript(container: str, args: tuple[str, ...], step: str) -> str:
    """Return the type of `container[...]`; `step` is `[]` or `[2]`."""
    if container in _MAPPINGS:
        return args[1] if len(args) > 1 else ""
    if container in _TUPLES:
        position = int(step[1:-1]) if step[1:-1].isdigit() else -1
        return args[position] if 0 <= position < len(args) else ""
    return args[0] if container in _SEQUENCES and args else ""


def method_result(method: str, args: tuple[str, ...]) -> tuple[str, ...]:
    """Return references of what a method of a builtin container gives, such as `builtins.dict.values`."""
    container, _, name = method.rpartition(".")
    if container in _MAPPINGS and len(args) > 1:
        if name in _VALUES_OF_MAPPING:
            return tuple(each + "{}" for each in alternatives(args[1]))
        if name == "values":
            return (f"builtins.list<{args[1]}>{{}}",)
        if name == "items":
            return (f"builtins.list<builtins.tuple<{args[0]},{args[1]}>>{{}}",)
    if container in _SEQUENCES and args and name in _ITEMS_OF_SEQUENCE:
        return (args[0] + "{}",)
    return ()
