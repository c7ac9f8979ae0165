"""The rule about credentials that are written in the code."""

import re
from collections.abc import Sequence

import libcst as cst
from msgspec.structs import replace

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import ancestors, descend, text_of
from archlint.rulebook.checks.security.secret_texts import (
    is_known_token,
    is_secret_name,
    is_signing_name,
    is_weak_secret,
    looks_secret,
    may_tell,
    setting_password,
    url_password,
)

_TEXTS = frozenset({cst.SimpleString, cst.ConcatenatedString})
_READERS = frozenset(
    {
        *("os.getenv", "os.environ.get", "os.environ.setdefault", "environ.Env", "decouple.config"),
        *("starlette.config.Config", "environs.Env", "flask.Flask.config.get"),
    }
)
"""What reads a setting and takes a default for it."""
_KEYS = {
    **dict.fromkeys(("jwt.encode", "jwt.decode", "jose.jwt.encode", "jose.jwt.decode", "authlib.jose.jwt.decode"), 1),
    "authlib.jose.jwt.encode": 2,
    "cryptography.fernet.Fernet": 0,
    **dict.fromkeys(
        (
            *("itsdangerous.Signer", "itsdangerous.TimestampSigner", "itsdangerous.Serializer"),
            *("itsdangerous.TimedSerializer", "itsdangerous.URLSafeSerializer", "itsdangerous.URLSafeTimedSerializer"),
        ),
        0,
    ),
}
"""What signs or encrypts, and the position of its key."""
SIGNERS = tuple(each.rpartition(".")[2] for each in _KEYS if ".jwt." not in f".{each}")
_SIGNING_KEY = "signing_key"
READER_WORDS = ("config", "env", "get", "getenv", "str")
_NAMED_SECRETS = ("airflow.providers.cncf.kubernetes.secret.Secret", "airflow.kubernetes.secret.Secret")
"""What takes the name of a secret that a store keeps, where others take the secret."""
_FOR_TESTS = re.compile(r"(?i)_?tests?_")
_EXAMPLES = frozenset({"example", "examples", "openapi_examples"})


def _unless_example(node: cst.CSTNode, context: ModuleContext, found: Sequence[Sighting]) -> Sequence[Sighting]:
    """Return what was found at a node, nothing if it is only shown (`Field(examples=[...])`) or is for tests."""
    return () if found and _is_example(node, context.block) else found


def _is_example(node: cst.CSTNode, block: cst.CSTNode | None) -> bool:
    for each in ancestors(block, node) if block is not None else ():
        if isinstance(each, cst.Arg) and each.keyword is not None and each.keyword.value in _EXAMPLES:
            return True
        if isinstance(each, cst.DictElement) and _text(each.key) in _EXAMPLES:
            return True
        if _FOR_TESTS.match(_called(each)):
            return True
    return False


def _called(node: cst.CSTNode) -> str:
    """Return the name of what an assignment or a keyword gives a value, or of the setting that a call reads."""
    if isinstance(node, cst.Assign):
        return _name(node.targets[0].target)
    if isinstance(node, cst.AnnAssign):
        return _name(node.target)
    if isinstance(node, cst.Arg):
        return node.keyword.value if node.keyword is not None else ""
    return _text(node.args[0].value) if isinstance(node, cst.Call) and node.args else ""


def credentials_in_text(node: cst.SimpleString, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: an address with a password, or a text in the shape of a service's key, wherever it stands."""
    written = node.value
    if len(written) < 12 or not may_tell(written):
        return ()
    text = _text(node)
    found = url_password(text)
    if found is not None:
        return _unless_example(node, context, (_in_address(written, well_known=found[1]),))
    if setting_password(text):
        return _unless_example(
            node, context, (_sighting("these settings have a password in them", "address", written),)
        )
    if is_known_token(text):
        return _unless_example(node, context, (_sighting("this is the key of a service", "token", written),))
    return ()


def _in_address(written: str, *, well_known: bool) -> Sighting:
    severity = "note" if well_known else ""
    return _sighting("this address has a password in it", "address", written, severity=severity)


def assigned_credentials(node: cst.Assign, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: a text that is assigned to the name of a secret, or what is taken where a setting is missing."""
    value: cst.BaseExpression = node.value
    if value.__class__ is cst.BooleanOperation:
        return _instead(node.targets[0].target, value, context)
    if value.__class__ not in _TEXTS:
        return ()
    target = node.targets[0].target
    weak = False if isinstance(target, cst.Subscript) and not _is_configuration(target.value) else None
    return _named(_name(target), value, weak=weak, passed=_names_in(target))


def _instead(
    target: cst.CSTNode, value: cst.BooleanOperation, context: ModuleContext, before: int = 0
) -> Sequence[Sighting]:
    """Judge the text in `os.environ.get("SECRET_KEY") or "text"`."""
    if value.right.__class__ not in _TEXTS or not isinstance(value.operator, cst.Or):
        return ()
    is_setting = isinstance(value.left, cst.Call) and _reads_setting(value.left.func, context)
    passed = _names_in(target) + before + _names_in(value.left)
    return _named(_name(target), value.right, weak=True if is_setting else None, passed=passed)


def _is_configuration(node: cst.BaseExpression) -> bool:
    """Tell whether something is called like the configuration of a program: `app.config["SECRET_KEY"]`."""
    return dotted_name(node).rpartition(".")[2].lower() in ("conf", "config", "settings")


def declared_credentials(node: cst.AnnAssign, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: the same with an annotation; `Field(default="...")` is its value too."""
    value: cst.BaseExpression | None = node.value
    if isinstance(value, cst.BooleanOperation):
        return _instead(node.target, value, context, before=_names_in(node.annotation))
    if isinstance(value, cst.Call) and dotted_name(value.func).rpartition(".")[2] in ("Field", "SecretStr", "field"):
        value = _default(value)
        if isinstance(value, cst.Call):
            value = _default(value)
    if value.__class__ not in _TEXTS:
        return ()
    return _named(_name(node.target), value, passed=_names_in(node.target))


def passed_credentials(node: cst.Arg, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: a text that is passed as the argument of a secret."""
    if node.keyword is None or node.value.__class__ not in _TEXTS:
        return ()
    found = _named(node.keyword.value, node.value, passed=1)
    return () if found and _is_name_of_secret(node, context) else _unless_example(node, context, found)


def _is_name_of_secret(node: cst.Arg, context: ModuleContext) -> bool:
    """Tell whether an argument goes to what takes the name that a store has for a secret."""
    around = ancestors(context.block, node) if context.block is not None else ()
    call = next((each for each in around if isinstance(each, cst.Call)), None)
    return call is not None and context.reference(call.func) in _NAMED_SECRETS


def default_credentials(node: cst.FunctionDef, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: a text as the default of a parameter."""
    parameters = node.params
    all_of_them = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    with_texts = [each for each in all_of_them if each.default is not None and each.default.__class__ in _TEXTS]
    return [found for each in with_texts for found in _named(each.name.value, each.default, passed=1)]


def mapped_credentials(node: cst.DictElement, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: a text in a dictionary under the name of a secret."""
    if node.value.__class__ not in _TEXTS or not isinstance(node.key, cst.SimpleString):
        return ()
    if _text(node.value).startswith("eyJ"):
        return ()
    return _unless_example(node, context, _named(_text(node.key), node.value, weak=False))


def compared_credentials(node: cst.Comparison, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: what was given is compared with the secret itself."""
    first, *others = node.comparisons
    value = first.comparator
    if others or value.__class__ not in _TEXTS or not isinstance(first.operator, cst.Equal | cst.NotEqual):
        return ()
    return _named(_name(node.left), value, weak=False, passed=_names_in(node.left))


def default_of_setting(node: cst.Call, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: the default of an environment variable that holds a secret."""
    if len(node.args) < 2 or not isinstance(node.args[0].value, cst.SimpleString):
        return ()
    if not _reads_setting(node.func, context):
        return ()
    default = next((each.value for each in node.args[1:] if _is_default(each)), None)
    if default is None or default.__class__ not in _TEXTS:
        return ()
    return _named(_text(node.args[0].value), default, weak=True, passed=_names_in(node.func))


def key_of_signature(node: cst.Call, context: ModuleContext) -> Sequence[Sighting]:
    """SEC001: the key with which something is signed or encrypted: `jwt.encode(claims, "text")`."""
    if not any(each.value.__class__ in _TEXTS for each in node.args):
        return ()
    position = _KEYS.get(context.reference(node.func))
    if position is None or any(each.keyword is not None and each.keyword.value == "options" for each in node.args):
        return ()
    passed = _names_in(node.func)
    for index, each in enumerate(node.args):
        if each.value.__class__ in _TEXTS and (each.keyword.value == "key" if each.keyword else index == position):
            found = _named(_SIGNING_KEY, each.value, weak=True, passed=passed + (each.keyword is not None))
            return [
                replace(one, message=one.message.replace(f"`{_SIGNING_KEY}`", "this key"), subject="key")
                for one in found
            ]
        passed += _names_in(each)
    return ()


def _reads_setting(function: cst.BaseExpression, context: ModuleContext) -> bool:
    """Tell whether a call reads a setting: of one of the readers, or `env(...)`, `env.str(...)` of an object of one."""
    reference = context.reference(function)
    if reference in _READERS or reference.removesuffix(".str").removesuffix("()") in _READERS:
        return True
    owner = function.value if isinstance(function, cst.Attribute) and function.attr.value == "str" else function
    made = context.assigned(owner.value) if isinstance(owner, cst.Name) else None
    return isinstance(made, cst.Call) and context.reference(made.func) in _READERS


def _is_default(argument: cst.Arg) -> bool:
    return not argument.star and (argument.keyword is None or argument.keyword.value in ("default", "value"))


def _default(call: cst.Call) -> cst.BaseExpression | None:
    return next((each.value for each in call.args if _is_default(each)), None)


def _named(
    name: str, value: cst.BaseExpression | None, *, weak: bool | None = None, passed: int = 0
) -> Sequence[Sighting]:
    """Judge a text under a name; `weak` says whether words count too: not at all, always, or for the program's own.

    `passed` is how many names stand before it, from where the check looks.
    """
    if not name or not is_secret_name(name) or value is None:
        return ()
    text = _text(value)
    if url_password(text) is not None or is_known_token(text):
        return ()
    strong = looks_secret(text, name)
    words = (
        not strong
        and weak is not False
        and (weak or is_signing_name(name))
        and is_weak_secret(text, name, setting=weak is True)
    )
    if not strong and not words:
        return ()
    severity = "" if strong else "warning"
    return (_sighting(f"`{name}` is written in the code", name, _written(value), severity, passed),)


def _names_in(node: cst.CSTNode) -> int:
    return sum(isinstance(each, cst.Name) for each in descend(node))


def _sighting(what: str, subject: str, written: str, severity: str = "", passed: int = 0) -> Sighting:
    return Sighting(
        code="SEC001",
        message=f"{what}; whoever reads the code has it, and it cannot be changed without a release; read it from the "
        "environment or a secret store",
        subject=subject,
        severity=severity,
        literal=written,
        passed=passed,
    )


def _name(target: cst.CSTNode) -> str:
    """Return the last name of what is assigned to or compared: `x`, `self.x`, `config["x"]`."""
    if isinstance(target, cst.Subscript):
        index = target.slice[0].slice
        return _text(index.value) if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString) else ""
    if isinstance(target, cst.Attribute):
        return target.attr.value
    return target.value if isinstance(target, cst.Name) else ""


def _text(node: cst.CSTNode) -> str:
    value = text_of(node) or ""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _written(node: cst.BaseExpression) -> str:
    """Return the source of a text, of its first piece if it has several."""
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    return node.value if isinstance(node, cst.SimpleString) else ""
