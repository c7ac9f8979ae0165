"""What an SQL text says, as far as its words tell: whether it is SQL, its verb and table, where a hole in it stands."""

import re

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_SQL = re.compile(
    r"""\s*\(*\s*(?:
      select\b.*\bfrom\b | select\s+(?:\w+\s*\(|exists\b|\d|\x00)
    | insert\s+(?:or\s+\w+\s+|ignore\s+)?into\b | replace\s+into\b
    | update\s+.+\bset\b | delete\s+from\b | merge\s+into\b | with\s+(?:recursive\s+)?["\w\x00]+\s*(?:\([^)]*\)\s*)?as\b
    | (?:create|alter|drop)\s+(?:(?:or\s+replace|unique|temp\w*|materialized|global|external|unlogged)\s+)*
      (?:table|index|view|schema|database|role|user|function|procedure|trigger|type|sequence|extension|column|constraint)\b
    | truncate\b | (?:grant|revoke)\s.+\s(?:to|from)\b | vacuum\b | (?:explain|analyze)\s | pragma\s
    | set\s+(?:local|session|global|transaction|search_path|role|statement_timeout)\b
    | (?:un)?listen\s+["\w\x00] | notify\s+["\w\x00]
    | lock\s+table | copy\s+.+\s(?:from|to)\s | call\s+\w+\s*\( | show\s+\w+ | use\s+\S+\s*;?$
    )""",
    re.I | re.S | re.X,
)
_OTHER_BEGINNING = re.compile(
    r"""[\s(]*+(?!$|--|/\*|select|insert|replace|update|delete|merge|with|create|alter|drop|truncate|grant|revoke
    |vacuum|explain|analyze|pragma|set|listen|unlisten|notify|lock|copy|call|show|use)""",
    re.I | re.X,
)
"""Behind blanks and parentheses, anything but the verbs of `_SQL` and comments."""
_VERB = re.compile(r"[\s(]*(\w+)")
_WRITING_IN_WITH = re.compile(r"\b(insert\s+into|update|delete\s+from|merge\s+into)\b", re.I)
_TABLE = re.compile(
    r'\b(?:insert\s+(?:or\s+\w+\s+|ignore\s+)?into|replace\s+into|update|delete\s+from|from)\s+([\w."]+)', re.I
)
_FROM = re.compile(r"\bfrom\b", re.I)
_RETURNING = re.compile(r"\breturning\s+[\w*\"]", re.I)
_STAR = re.compile(r"\bselect\s+(?:distinct\s+)?(?:\w+\.)?\*(?!\s*\))", re.I)
_EXISTS = re.compile(r"\b(?:exists|in|any|all)\s*\(\s*$", re.I)

_PLACEHOLDER = re.compile(r"(?:(?<!:):|%\(|\$|@)$")
_IDENTIFIER_QUOTE = re.compile(r'["`\[]$')
_VALUE = re.compile(
    r"(?:[=<>]|\b(?:like|ilike|rlike|regexp|glob|match|between|limit|offset|values|interval|default|escape|top|fetch\s+first)\b"
    r"|\b(?:values|in|any|all|some)\s*\((?:[^()]*,)?|\b(?:values)\s*\(.*\)\s*,\s*\((?:[^()]*,)?)\s*$",
    re.I | re.S,
)
_NAME_GOES_ON = re.compile(r'[_.](?:[A-Za-z_"`]|$)')
_SETTING_NAMES = re.compile(
    r"^\s*(?:alter\s+session\s+)?set\s+(?:session\s+|local\s+)?(?:current_schema|search_path|schema|role)\s*(?:=|to)\s*$",
    re.I,
)
_DEFINES = re.compile(
    r"\s*(?:create|alter|drop|pragma|set|grant|revoke)\b(?!.*\b(?:select|insert|update)\b)", re.I | re.S
)
"""Statements whose unquoted parts are names and options, for which there are no parameters."""
_WITHOUT_PARAMETERS = re.compile(
    r"\s*(?:create|alter|drop|pragma|set|grant|revoke|copy|attach|detach|load|install|comment|export|import|listen|notify)\b"
    r"(?!.*\b(?:select|insert|update|delete|values)\b)",
    re.I | re.S,
)
_BETWEEN_AND = re.compile(r"\bbetween\s+\S+\s+and\s*$", re.I)
_ORDER = re.compile(r"\b(?:order|group)\s+by\s+[^()]*$", re.I)


def is_sql(text: str) -> bool:
    """Tell whether a text is an SQL statement (a hole in it is a NUL)."""
    return _SQL.match(_COMMENTS.sub(" ", text)) is not None


def begins_otherwise(text: str) -> bool:
    """Tell quickly whether no SQL statement begins with this text, which is not blank."""
    return _OTHER_BEGINNING.match(text) is not None


def statement_of(text: str) -> str:
    """Return the verb of a statement and, behind a blank, the table that it is about, in small letters."""
    plain = _COMMENTS.sub(" ", text)
    verb = _VERB.match(plain)
    if verb is None:
        return ""
    word = verb[1].lower()
    if word == "with":
        writing = _WRITING_IN_WITH.search(plain)
        word = writing[1].split()[0].lower() if writing else "select"
    if word == "select" and not _FROM.search(plain):  # of a function, which answers about what it is given
        return "call"
    table = _TABLE.search(plain)
    return f"{word} {table[1].strip(chr(34)).lower()}" if table else word


def is_returning(text: str) -> bool:
    """Tell whether a statement that writes is asked for something of what it has written."""
    return _RETURNING.search(_COMMENTS.sub(" ", text)) is not None


def selects_star(text: str) -> bool:
    """Tell whether a statement selects all columns of what it reads from, `EXISTS (SELECT * ...)` left out."""
    return any(not _EXISTS.search(text[: found.start()]) for found in _STAR.finditer(_COMMENTS.sub(" ", text)))


def position_of(before: str, after: str = "") -> str:
    """Tell where in a statement a hole between two texts stands: value, name, order, placeholder or other.

    In quotes, for which the statement has no parameters: quoted.
    """
    before = _COMMENTS.sub(" ", before)
    if _PLACEHOLDER.search(before):
        return "placeholder"
    if before.count("'") % 2:
        return "quoted" if _WITHOUT_PARAMETERS.match(before) else "value"
    if _IDENTIFIER_QUOTE.search(before) or _SETTING_NAMES.match(before):
        return "name"
    if _DEFINES.match(before) or _NAME_GOES_ON.match(after):
        return "other"
    if _VALUE.search(before) or _BETWEEN_AND.search(before):
        return "value"
    return "order" if _ORDER.search(before) else "other"
