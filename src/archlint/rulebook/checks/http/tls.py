"""HTP003: connections that trust whoever answers, on the syntax tree."""

import re
from collections.abc import Iterator

import libcst as cst

from archlint.facts.context import ModuleContext, Sighting
from archlint.facts.scopes import dotted_name
from archlint.facts.syntax import FUNCTIONS, ancestors, descend, source_of

REQUESTS = ("get", "options", "head", "post", "put", "patch", "delete", "request", "send", "stream", "ws_connect")
"""Methods that may turn verification off for one request."""
SERVICES = (
    *("Redis", "StrictRedis", "RedisCluster", "ConnectionPool", "from_url", "Elasticsearch", "AsyncElasticsearch"),
    *("OpenSearch", "AsyncOpenSearch", "KafkaProducer", "KafkaConsumer", "Tls", "tls_set", "client", "resource"),
    *("wrap_socket", "connection_from_url", "proxy_from_url"),
)
"""Names of what connects to other services, which may turn it off."""
_SWITCHES = frozenset(
    {
        *("verify", "ssl", "verify_ssl", "cert_reqs", "verify_certs", "ssl_cert_reqs", "ssl_check_hostname"),
        "validate",
    }
)
_NONE = ("CERT_NONE", "NONE", "none")
_OFF = frozenset({"False", "ssl.CERT_NONE", "CERT_NONE", *map(repr, _NONE), *(f'"{each}"' for each in _NONE)})
_OFF_IN_REDIS = "ssl_cert_reqs"
"""The switch that `None` turns off, and that stands beside an option for TLS itself."""
_STORED = frozenset({"verify", "check_hostname", "verify_mode"})
_UNVERIFIED = "ssl._create_unverified_context"
_CHOICE = re.compile(r"verif|validat|secure|trust|self_?signed|check_?host|cert_?req", re.IGNORECASE)
_TURNED_OFF = re.compile(r"(?:\bis|==) False\b")
_MODE = re.compile(r"ssl|tls|cert", re.IGNORECASE)
_FILE = re.compile(r"(?:cert|key|ca)(?:ificate)?(?:_?(?:files?|path|dir|data|chain|bundle))?s?$", re.IGNORECASE)
"""Words for certificates that somebody has: whoever gives none has not asked for a connection that is not verified."""
_ASKED = re.compile(
    r"verif|validat|insecure|unsecure|without|skip|disable|ignore|self_?signed|trust|"
    r"(?:get|fetch|load|read|retrieve|download|check|peer|server|remote)_?\w*cert|cert\w*_(?:info|expiry|expiration)",
    re.IGNORECASE,
)
"""Names of functions that do it on purpose, some to look at the certificate itself."""
_OF_SERVERS = frozenset({"CLIENT_AUTH", "PROTOCOL_TLS_SERVER"})
_LOCAL = re.compile(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])\b")


def unverified_call(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """HTP003: `verify=False`, `ssl=False` and the like as an argument of a request or client."""
    for argument in node.args:
        if argument.keyword is None or argument.keyword.value not in _SWITCHES:
            continue
        keyword, reference = argument.keyword.value, context.reference(node.func)
        written = source_of(_constant(argument.value, context))
        is_off = written in _OFF or (written == "None" and keyword == _OFF_IN_REDIS)
        if reference and is_off and not _is_chosen(node, context, keyword) and not _is_local(node):
            yield Sighting(
                code="HTP003",
                message=(
                    f"`{keyword}={written}` accepts any certificate, and whoever sits between can read and change "
                    "everything; leave it on, or pass the certificate authority that you trust"
                ),
                subject=keyword,
                reference=reference,
            )


def _constant(value: cst.BaseExpression, context: ModuleContext) -> cst.BaseExpression:
    """Return what a constant of the module is, if it is bound once and not under an `if`; other values as they are."""
    module = context.module
    if not isinstance(value, cst.Name) or not value.value.isupper() or not context.is_of_module(value.value):
        return value
    if not isinstance(module, cst.Module) or sum(_binds(each, value.value) for each in descend(module)) != 1:
        return value
    lines = [each for line in module.body if isinstance(line, cst.SimpleStatementLine) for each in line.body]
    bound = (each.value for each in lines if isinstance(each, cst.Assign | cst.AnnAssign) and _binds(each, value.value))
    return next(filter(None, bound), value)


def _binds(node: cst.CSTNode, name: str) -> bool:
    """Tell whether a node assigns to a name, or says that a function does."""
    match node:
        case cst.Assign(targets=targets):
            return any(dotted_name(each.target) == name for each in targets)
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target) | cst.NamedExpr(target=target):
            return dotted_name(target) == name
        case cst.Global(names=names):
            return any(each.name.value == name for each in names)
    return False


def unverified_context(node: cst.Call, context: ModuleContext) -> Iterator[Sighting]:
    """HTP003: a TLS context that verifies nothing."""
    if context.reference(node.func) == _UNVERIFIED and not _is_chosen(node, context):
        yield Sighting(
            code="HTP003",
            message="this context accepts any certificate; use `ssl.create_default_context`",
            subject=_UNVERIFIED,
        )


def unverified_attribute(node: cst.Assign, context: ModuleContext) -> Iterator[Sighting]:
    """HTP003: `session.verify = False`, `context.verify_mode = ssl.CERT_NONE`, an unverified context for everybody."""
    target = node.targets[0].target
    if target.__class__ is not cst.Attribute:
        return
    attribute = target.attr.value
    if attribute == "_create_default_https_context":
        if dotted_name(target.value) == "ssl" and context.reference(node.value) == _UNVERIFIED:
            yield _stored("every HTTPS connection of the program accepts any certificate", attribute, "")
        return
    if attribute not in _STORED or dotted_name(node.value).rpartition(".")[2] not in ("False", "CERT_NONE"):
        return
    reference = context.reference(target.value)
    if not reference or _is_chosen(node, context) or _is_for_server(context) or _is_changed(target, node, context):
        return
    if attribute == "check_hostname" and _verifies_nothing(target, context):
        return
    what = "no certificate is verified" if attribute != "check_hostname" else "a certificate of any other host will do"
    yield _stored(what, attribute, reference)


def _stored(what: str, attribute: str, reference: str) -> Sighting:
    return Sighting(
        code="HTP003",
        message=(
            f"{what}, and whoever sits between can read and change everything; "
            "load the certificate authority that you trust instead"
        ),
        subject=attribute,
        reference=reference,
    )


def _verifies_nothing(target: cst.Attribute, context: ModuleContext) -> bool:
    """Tell whether the same function sets `verify_mode` of the same context, which says all the rest."""
    function = context.enclosing_function
    wanted = f"{dotted_name(target.value)}.verify_mode"
    return function is not None and any(
        isinstance(each, cst.AssignTarget) and dotted_name(each.target) == wanted for each in descend(function.body)
    )


def _is_changed(target: cst.Attribute, node: cst.Assign, context: ModuleContext) -> bool:
    """Tell whether the same function sets the same attribute to something else, so that one of several is chosen."""
    function, name = context.enclosing_function, dotted_name(target)
    return function is not None and any(
        isinstance(each, cst.Assign)
        and dotted_name(each.targets[0].target) == name
        and source_of(each.value) != source_of(node.value)
        for each in descend(function.body)
    )


def _is_chosen(node: cst.CSTNode, context: ModuleContext, switch: str = "") -> bool:
    """Tell whether somebody asked for it: an option is tested around it, or the function is named after it."""
    function = context.enclosing_function
    if function is None:
        return False
    if _ASKED.search(function.name.value):
        return True
    return any(
        isinstance(each, cst.If | cst.IfExp) and _tests_option(source_of(each.test), switch)
        for each in ancestors(function.body, node)
    )


def _is_for_server(context: ModuleContext) -> bool:
    """Tell whether the function makes a context for a server, which asks its clients for no certificate by default."""
    function = context.enclosing_function
    return function is not None and any(
        isinstance(each, cst.Name) and each.value in _OF_SERVERS for each in descend(function.body)
    )


def _tests_option(test: str, switch: str) -> bool:
    """Tell whether a test asks for an option about verification, and not only for a file with a certificate."""
    if _TURNED_OFF.search(test):
        return True
    words = re.findall(r"\w+", test)
    if switch == _OFF_IN_REDIS:
        return any(map(_CHOICE.search, words))
    return any(_CHOICE.search(each) or (_MODE.search(each) and not _FILE.search(each)) for each in words)


def _is_local(node: cst.Call) -> bool:
    """Tell whether the address is written there and on this machine."""
    return any(
        isinstance(each, cst.SimpleString | cst.FormattedStringText) and _LOCAL.search(each.value)
        for argument in node.args
        for each in descend(argument.value, but_not=FUNCTIONS)
    )
