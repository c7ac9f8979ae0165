"""What can be told from texts alone: whether a name is that of a secret, whether a text is one."""

import math
import re
from base64 import urlsafe_b64decode
from collections import Counter
from urllib.parse import unquote

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {"passphrase", "passwd", "password", "pwd", "secret", "token", "apikey", "apitoken", "secretkey", "authkey", "pass"}
)
_SECRET_KEYS = frozenset(
    {
        *("access", "api", "app", "auth", "crypto", "encryption", "fernet", "hmac", "jwt", "master", "private"),
        *("secret", "shared", "sign", "signing"),
    }
)
"""What a key is called that is a secret: `api_key`, `SIGNING_KEY`."""
_OWN_KEYS = frozenset({"crypto", "encryption", "fernet", "hmac", "jwt", "secret", "sign", "signing"})
"""What a key is called that the program makes up for itself."""
_ABOUT = frozenset(
    {
        *(
            "action",
            "algorithm",
            "algorithms",
            "alg",
            "argument",
            "backend",
            "bytes",
            "charset",
            "class",
            "code",
            "column",
        ),
        *("config", "count", "domain", "endpoint", "entity", "env", "error", "event", "example", "expire", "expires"),
        *("expiry", "field", "file", "filename", "format", "hash", "header", "help", "hint", "id", "ids", "identifier"),
        *("index", "issuer", "kind", "label", "length", "limit", "link", "location", "manager", "max", "message"),
        *("method", "min", "mode", "model", "msg", "name", "names", "page", "param", "parameter", "params", "path"),
        *("pattern", "placeholder", "policy", "prefix", "prompt", "property", "re", "regex", "regexp", "role", "route"),
        *("ref", "reference", "schema", "scheme", "scope", "scopes", "selector", "sep", "separator", "service"),
        *("signature", "size", "source", "state", "status", "step", "store", "subject", "suffix", "template", "text"),
        *("title", "ttl", "type", "types", "unit", "uri", "url", "user", "username", "validator", "version", "view"),
        *("cls", "desc", "description", "doc", "docs", "exception", "extra", "fmt", "icon", "keys", "kwarg", "kwargs"),
        *("lifetime", "option", "options", "permission", "provider", "purpose", "query", "reset", "rule", "salt"),
        *("strategy", "tag", "uuid", "variable", "var", "vars", "widget", "arn", "vault", "attr", "attribute", "alias"),
    }
)
"""Last words of names that are about a secret: `password_field`, `TOKEN_URL`."""
_LABELS = frozenset(
    {
        *("attr", "conf", "cmd", "col", "column", "const", "content", "default_name", "domain", "env", "err", "error"),
        *("errors", "event", "ext", "field", "fmt", "form", "grant", "has", "header", "hint", "http", "invalid", "is"),
        *("issue", "key", "kind", "label", "mime", "missing", "msg", "no", "opt", "option", "param", "perm", "prop"),
        *("re", "regex", "schema", "scope", "service", "setting", "signal", "step", "tag", "task", "template", "test"),
        *("title", "tok", "topic", "translation", "type", "url", "use", "with", "without", "fake", "dummy", "mock"),
        *("example", "placeholder", "sample", "stop", "start", "end", "eos", "bos", "pad", "unk", "mask", "sep"),
        *("special", "next"),
        *(
            "previous",
            "prev",
            "page",
            "data",
            "platform",
            "continuation",
            "cancellation",
            "csrf",
            "xsrf",
            "left",
            "right",
            "cls",
            "img",
        ),
        *("image", "trigger", "begin", "comment", "bot", "eot", "eom", "vision", "audio", "video", "padding", "first"),
        *(
            "sync",
            "pagination",
            "cursor",
            "delimiter",
            "separator",
            "syntax",
            "parser",
            "lexer",
            "current",
            "lookahead",
        ),
    }
)
"""First words of names whose value is a label or a piece of syntax: `CONF_PASSWORD`, `pad_token`."""
_PLACEHOLDER = re.compile(
    r"(?i)(change|fill)[-_ ]?(me|this|it)|replace|your|^my[-_ ]|example|placeholder|dummy|todo|fixme|redacted|insert|"
    r"sample|^<|>$|^\[.*\]$|\{[^}]*\}|%\(\w|%s|\$\{|\$\(|(?-i:\$[A-Z_]{3})|^\$|\*{3}|\.{3}|…|^x+$|x{4}|^-+$|^_+$|undefined|"
    r"^fake|mock|^not[-_ ]|^no[-_ ]|deadbeef|lorem|^foo|^bar$|^baz|^n/?a$|enter[-_ ]|^test|test$|"
    r"testing|optional|notasecret|for[-_ ]?tests?$"
)
_SEQUENCE = re.compile(r"(?i)(0?1234567?8?9?0?|abcdefg?h?i?j?(klmnopqrstuvwxyz)?|[-_])+$")
_EMPTY = frozenset(
    {"", "none", "null", "nil", "false", "true", "default", "unknown", "empty", "auto", "env", "random", "value"}
)
_TYPES = (
    re.compile(r"^[a-z][\w+.-]*://|^urn:[a-z]|^/|^\.{0,2}/|^~|\\|\s|^[\w.-]+@[\w.-]+$|^https?:"),
    re.compile(r"^\.{0,2}\w+([./:]\w+)+$|^[a-z]+(-[a-z]+)*([./:][a-z]+(-[a-z]+)*)+$"),
    re.compile(r"^@[A-Za-z][\w-]*$|^anonymous@|^phc_|^pk_(live|test)_"),
    re.compile(r"^\d+/\w+(/\w+)?(, ?\d+/\w+(/\w+)?)*$|^[a-z]\w*=[a-z]+$|^V\d+([A-Z][a-z]+){2,}$"),
)
"""Texts that are a path, an address, a sentence, a name with parts, the name of somebody, or a key that is public.

A limit, `20/m/ip`, a condition, `provider=smtp`, and the type of a version, `V1SecretSource`, are no secrets either.
"""
_PUBLIC = frozenset({"algolia", "amplitude", "intercom", "mixpanel", "posthog", "segment", "sentry"})
"""Services whose keys are in every copy of what sends them something."""
_NEVER_PUBLIC = frozenset({"access", "admin", "auth", "password", "private", "secret"})
"""Words for the keys of such services that are not."""
_LETTERS = re.compile(r"[A-Za-z]+")
_LABEL_WORD = re.compile(r"[A-Za-z]+\d{0,3}|\d{1,4}|\w{1,3}")
_LABEL = re.compile(r"_?[A-Za-z0-9]+(_[A-Za-z0-9]+)+$")
_SECRET_PHRASE = re.compile(r"[a-z0-9]+( [a-z0-9]+)*( (secret|key|password))( [a-z0-9]+)?$")
_TOKENS = re.compile(
    r"""(?x)
    \b(?:AKIA|ASIA)(?!.*EXAMPLE)[0-9A-Z]{16}\b
    | \bgh[pousr]_[0-9A-Za-z]{36}\b | \bgithub_pat_[0-9A-Za-z_]{60,}
    | \bglpat-[0-9A-Za-z_-]{20}\b
    | \bxox[abprs]-[0-9A-Za-z-]{20,}
    | \b[sr]k_live_[0-9A-Za-z]{20,}
    | \bSG\.[0-9A-Za-z_-]{20,}\.[0-9A-Za-z_-]{20,}
    | \bsk-(?:proj-|ant-)?[0-9A-Za-z_-]{32,}
    | ^(?:Bearer\ )?eyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{20,}$
    | \bnpm_[0-9A-Za-z]{36}\b | \bpypi-AgE[0-9A-Za-z_-]{50,}
    | -----BEGIN\ (?:[A-Z]+\ )?PRIVATE\ KEY-----\s*\\?n?\s*[0-9A-Za-z+/=\\n\s]{40,}
    """
)
_OPEN_CLAIMS = re.compile(rb'"role":\s*"anon"|"sub":\s*"1234567890"')
_HINT = re.compile(
    "password=|://[^@]*@|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|k_live_|SG[.]|sk-|npm_|pypi-|PRIVATE KEY-"
    "|eyJ"
)
"""What an address with a user, and each of `_TOKENS`, has in it."""
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^:/?#@\s\"'`]*):(?P<password>[^/?#\s\"'`]*)@(?P<host>[^/?#\s\"'`:]*)"
)
_SETTINGS = re.compile(r"(?:^|\s)(?:dbname|host|user)=\S.*")
_PASSWORD = re.compile(r"(?:^|\s)password=(?P<password>[^\s'\"{}%]+)(?=\s|$)")
"""What a text for PostgreSQL has: `host=db user=shop password=...`."""
_OWN_HOST = re.compile(r"(?i)(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|[a-z_-]*)$")
_SAMPLE_HOST = re.compile(
    r"(?i)^(host(name)?|server|proxy|url|domain|address|addr|ip|my.*|your.*|some.*|.*example.*|.*\.invalid|.*\.test|"
    r"broker|database|db_?host|database_?host|endpoint|site|node\d*|h)?$"
)
_WELL_KNOWN = frozenset(
    {
        *(
            "admin",
            "guest",
            "mysql",
            "pass",
            "passwd",
            "password",
            "postgres",
            "pw",
            "pwd",
            "rabbitmq",
            "redis",
            "root",
        ),
        *("secret", "test", "user", "minio", "minioadmin", "mongo", "p", "dev", "local", "example", "changeme", "sa"),
    }
)


def url_password(text: str) -> tuple[str, bool] | None:
    """Return the password in an address, and whether anybody would try it on a machine at home; `None` for none."""
    found = _URL.match(text) if "://" in text else None
    if found is None or not found["password"] or _PLACEHOLDER.search(found["user"] + " " + found["password"]):
        return None
    password = unquote(found["password"])
    well_known = password.lower() in _WELL_KNOWN or password == found["user"]
    if well_known and (_SAMPLE_HOST.match(found["host"]) or not _OWN_HOST.match(found["host"])):
        return None
    if _SAMPLE_HOST.match(found["host"]) and len(password) < 10:
        return None
    return password, well_known


def setting_password(text: str) -> str:
    """Return the password in the settings of a connection, `host=db user=shop password=...`; empty for none."""
    found = _PASSWORD.search(text) if _SETTINGS.search(text) else None
    password = found["password"] if found is not None else ""
    return "" if password.lower() in _WELL_KNOWN or is_placeholder(password) else password


def may_tell(written: str) -> bool:
    """Tell quickly whether the source of a text may be an address with a password or the key of a service."""
    return _HINT.search(written) is not None


def is_known_token(text: str) -> bool:
    """Tell whether a text has the shape of some service's key, such as `AKIA...`, `ghp_...` or a private key."""
    found = _TOKENS.search(text) if len(text) >= 20 else None
    return found is not None and not _PLACEHOLDER.search(text[:200]) and not _is_open_token(found[0])


def _is_open_token(token: str) -> bool:
    """Tell whether a JSON Web Token is made to be shown: of nobody in particular, or the one of every tutorial."""
    if not token.removeprefix("Bearer ").startswith("eyJ"):
        return False
    payload = token.split(".")[1]
    try:
        claims = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return True
    return _OPEN_CLAIMS.search(claims) is not None


def is_secret_name(name: str) -> bool:
    """Tell whether what has this name should be a secret, rather than say something about one."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT or words[0] in _LABELS:
        return False
    if not _PUBLIC.isdisjoint(words) and _NEVER_PUBLIC.isdisjoint(words):
        return False
    if words[-1] == "key":
        return len(words) > 1 and words[-2] in _SECRET_KEYS and "public" not in words
    return words[-1] in _SECRET_WORDS or (words[-1] == "default" and is_secret_name("_".join(words[:-1])))


def is_signing_name(name: str) -> bool:
    """Tell whether a secret of this name is the program's own, so that any text works as one."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not is_secret_name(name) or "client" in words or "token" in words:
        return False
    return words[-1] == "secret" or (words[-1] == "key" and words[-2] in _OWN_KEYS)


def looks_secret(text: str, name: str) -> bool:
    """Tell whether a text is written as only a secret is: no word, no label, no sentence, no address.

    A word with a number behind it is a password rather than a key.
    """
    if (
        len(text) < 6
        or is_placeholder(text)
        or _same(_last(text), name)
        or any(pattern.search(text) for pattern in _TYPES)
    ):
        return False
    kinds = sum(any(test(each) for each in text) for test in (str.islower, str.isupper, str.isdigit))
    symbols = sum(not each.isalnum() and each not in "-_." for each in text)
    if kinds + (symbols > 0) < 2 or text.rstrip(":?!.*-").replace("-", "").replace("_", "").isalpha():
        return False
    is_password = name.lower().endswith(("password", "passwd", "pwd", "pass", "passphrase"))
    words = re.split(r"[-_. ]+", text)
    if len(words) > 1 and all((_LETTERS if is_password else _LABEL_WORD).fullmatch(word) for word in words):
        return False
    if is_password:
        return True
    numbers = len(re.findall(r"\d+", text))
    few = numbers == 0 or (numbers == 1 and len(text) < 20 and sum(map(str.isdigit, text)) < 5)
    if few and symbols == 0:
        return False
    return len(text) >= 8 and _entropy(text) >= 2.5


def is_weak_secret(text: str, name: str, *, setting: bool) -> bool:
    """Tell whether words would do as a secret: not the name of it, no placeholder, no label unless for a `setting`."""
    if len(text) < 3 or is_placeholder(text) or (text.lower() == name.lower() if setting else _same(text, name)):
        return False
    if _LABEL.match(text) if not setting else (_is_label(text, name) or _is_of_service(name)):
        return False
    plain = text.replace(" ", "-") if _SECRET_PHRASE.match(text) else text
    return not any(pattern.search(plain) for pattern in _TYPES)


def _is_of_service(name: str) -> bool:
    """Tell whether a key is what some service gives out, which is never a word; where it asks for none, any will do."""
    words = [word.lower() for word in _WORD.findall(name)]
    return not is_signing_name(name) and (words[-1] in ("apikey", "apitoken", "token") or words[-2:] == ["api", "key"])


def _is_label(text: str, name: str) -> bool:
    """Tell whether a text says what belongs there, `smtp_password`, for a secret that is not the program's own."""
    if is_signing_name(name):
        return False
    first, *others = re.split(r"[-_ ]+", text.lower())
    named_after = name.lower().endswith("key") and _same(text, name)  # a service that asks for some key, whatever it is
    return named_after or (bool(first and others) and name.lower().endswith(others[-1]))


def is_placeholder(text: str) -> bool:
    """Tell whether a text only stands for a secret."""
    return (
        text.strip().lower() in _EMPTY
        or _SEQUENCE.match(text) is not None
        or _PLACEHOLDER.search(text) is not None
        or len(set(text)) < 3
    )


def _same(text: str, name: str) -> bool:
    """Tell whether a text is the name of what it would be the value of: `SECRET_KEY = "secret"`."""
    plain, other = (re.sub(r"[^a-z]", "", each.lower()) for each in (text, name))
    return plain in other


def _last(text: str) -> str:
    """Return what follows the last colon, if it is a word: `oauth:access_token`."""
    last = text.rpartition(":")[2]
    return last if last.replace("_", "").isalpha() else text


def _entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
