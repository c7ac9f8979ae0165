"""Whether a call of a blocking API waits there, as far as its arguments and the function around it say."""

import re

from archlint.facts import model
from archlint.facts.model import Call
from archlint.project.library import Blocking
from archlint.project.program import Module
from archlint.project.types import Types

_IN_MEMORY = ("'/proc/", '"/proc/', "'/sys/", '"/sys/')
STREAMS = ("io.BytesIO", "io.StringIO")
"""What is in memory, and handed to what opens files."""
_TO_DISK = (".save", ".extract", ".extractall")
"""Methods that work with the file that they are given, wherever what they are called on was read from."""
_STREAM_ARGUMENTS = frozenset({"file", "fileobj", "fp"})
_READY_MADE = frozenset({"http_client", "transport", "verify"})
"""Arguments with which a client does not load the certificates of the system when it is made."""
_FUTURE = "concurrent.futures.Future."
_AWAITABLE = "asyncio.wrap_future"
_HANDS_OVER, _GATHER = ".run_in_executor", "asyncio.gather"
_FLAGS = {
    "socket.getaddrinfo": ("socket.AI_NUMERICHOST",),
    "socket.getnameinfo": ("socket.NI_NUMERICHOST",),
    **dict.fromkeys(("os.waitpid", "os.wait3", "os.wait4", "os.waitid"), ("os.WNOHANG",)),
    **dict.fromkeys(("fcntl.flock", "fcntl.lockf"), ("fcntl.LOCK_NB", "fcntl.LOCK_UN")),
}
"""The flags with which functions wait for nothing: no name is looked up, no process has to end, no lock is held."""
_AT_ONCE = (".connect", ".connect_ex", ".send", ".sendall", ".sendmsg", ".sendto")
_DATAGRAMS = "SOCK_DGRAM"
"""The kind of socket that connects without asking the other side, and sends without waiting for it."""
_SQLITE = ("sqlite3.connect", "sqlite3.dbapi2.connect")
_MEMORY = frozenset({("", "=':memory:'"), ("", '=":memory:"')})
_LOOP_READS = re.compile(r"\.sock_(?:accept|connect|recv|recv_into|recvfrom|sendall|sendto)$")
_WATCHED = {"os.read": ".add_reader", "os.write": ".add_writer"}
"""What does not wait for a descriptor that the event loop says is ready, as the module has it do."""
_OPENS_ADDRESS = "urllib.request.urlopen"
_INTERVAL = re.compile(r"^psutil\.(?:Process\.)?cpu_")
"""What measures for as long as its `interval` says, if it has one, and else since it was called last."""
_LOCKS = frozenset({"threading.Lock.acquire", "threading.RLock.acquire"})
_CONDITION = ("threading.Condition.wait", "threading.Condition.wait_for")
_NOTIFIES = (".notify", ".notify_all")
_NO_WAIT = frozenset({"block", "blocking", "timeout", "wait"})


def waits(resolver: Types, module: Module, call: Call, blocking: Blocking) -> bool:
    """Tell whether a call of a blocking API can really block, as far as its literal arguments say."""
    first = call.arguments[0][1] if call.arguments and not call.arguments[0][0] else ""
    if blocking.kind == "sleep":
        return first not in ("=0", "=0.0") and (not _INTERVAL.match(blocking.api) or _has_interval(call, first))
    if blocking.kind == "lock":
        return _waits_for_other(module, call, blocking, first)
    if blocking.api in _WATCHED:
        return not any(each.callee.endswith(_WATCHED[blocking.api]) for each in module.facts.calls)
    if any(flag in value for flag in _FLAGS.get(blocking.api, ()) for _, value in call.arguments):
        return False
    if blocking.kind == "file":
        return _waits_for_disk(resolver, module, call, blocking, first)
    if blocking.api.startswith("socket.socket."):
        return not _is_nonblocking(module, call, blocking)
    if blocking.api.startswith("sqlite3."):
        return not _asks_memory(module, call)
    return blocking.api != _OPENS_ADDRESS or not has_data_inside(module, call)


def _has_interval(call: Call, first: str) -> bool:
    given = dict(call.arguments).get("interval", first)
    return given.startswith("=") and given not in ("=None", "=0", "=0.0")


def _waits_for_disk(resolver: Types, module: Module, call: Call, blocking: Blocking, first: str) -> bool:
    """Tell whether what works with a file gets one, and not what is in memory already."""
    arguments = dict(call.arguments)
    if any(arguments.get(name, "=True") != "=True" for name in _READY_MADE):
        return False
    if _in_memory(module, call, first):
        return False
    return not any(_reads_stream(resolver, opening, blocking) for opening in openings(module, call, blocking))


def _waits_for_other(module: Module, call: Call, blocking: Blocking, first: str) -> bool:
    """Tell whether a call waits for a lock, a queue or a future, whoever calls the function that it is in."""
    arguments = dict(call.arguments)
    if any(arguments.get(name) in ("=False", "=0", "=0.0") for name in _NO_WAIT):
        return False
    if any(not arguments.get(name, "=True").startswith("=") for name in ("block", "blocking")):
        return False
    if first == "=False" and blocking.api.endswith((".acquire", ".get", ".shutdown")):
        return False
    if blocking.api in _LOCKS and _is_section(module, call):
        return False
    if blocking.api in _CONDITION and _is_homemade_lock(module, call):
        return False
    looks = _LOOKS.get(blocking.api)
    if looks is not None:
        return not looks(module, call)
    if blocking.api.startswith(_FUTURE):
        return first not in ("=0", "=0.0") and not _is_done(module, call)
    return True


def _is_section(module: Module, call: Call) -> bool:
    """Tell whether a plain function takes a lock and gives it back, as `with lock` does for a few statements."""
    lock = call.callee.rpartition(".")[0]
    return not module.facts.functions[call.function].is_async and any(
        each.function == call.function and each.start > call.start and each.callee == f"{lock}.release"
        for each in module.facts.calls
    )


def _is_homemade_lock(module: Module, call: Call) -> bool:
    """Tell whether a class waits for a condition as a lock does, and gives it back: for a few statements, too."""
    functions = module.facts.functions
    owner, condition = functions[call.function].owner, call.callee.rpartition(".")[0]
    notifying = {f"{condition}{word}" for word in _NOTIFIES}
    giving_back = {each.function for each in module.facts.calls if each.callee in notifying}
    return owner >= 0 and any(
        functions[each].owner == owner and _gives_back(module, call.function, each) for each in giving_back
    )


def _gives_back(module: Module, taking: int, giving: int) -> bool:
    """Tell whether one method is called before the other one, by a `with` or by a method of the same class."""
    functions = module.facts.functions
    names = functions[taking].name, functions[giving].name
    if names == ("__enter__", "__exit__"):
        return True
    owner = f"{module.name}@{functions[taking].owner}{{}}"
    taken, given = (f"{owner}.{name}" for name in names)
    first: dict[int, int] = {}
    for each in module.facts.calls:
        if each.callee == taken:
            first.setdefault(each.function, each.start)
        elif each.callee == given and first.get(each.function, each.start) < each.start:
            return True
    return False


def _is_spent(module: Module, call: Call) -> bool:
    """Tell whether all that a pool was given in its `with` has been awaited when it ends."""
    pool = f"{call.callee.rpartition('.')[0]}^"
    here = [each for each in module.facts.calls if each.function == call.function and each.end <= call.end]
    handed = [each for each in here if each.callee.endswith(_HANDS_OVER) and ("", pool) in each.arguments[:1]]
    joined = any(each.flags & model.AWAITED and each.callee == _GATHER for each in here)
    awaited = (joined or each.flags & model.AWAITED for each in handed)
    return bool(handed) and all(awaited) and not any(each.callee in (f"{pool}.submit", f"{pool}.map") for each in here)


def _has_looked(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether a queue has something: `while not queue.empty()`."""
    queue = call.callee.rpartition(".")[0]
    return any(
        each.function == call.function and each.start < call.start and each.callee == f"{queue}.empty"
        for each in module.facts.calls
    )


_LOOKS = {
    "queue.Queue.get": _has_looked,
    "queue.SimpleQueue.get": _has_looked,
    "concurrent.futures.Executor.__exit__": _is_spent,
}
"""How to see that there is nothing to wait for any more."""


def _is_done(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether a future is done, or has awaited it."""
    future = call.callee.rpartition(".")[0]
    return any(
        each.function == call.function
        and each.start < call.start
        and (each.callee == f"{future}.done" or (each.callee == _AWAITABLE and ("", future) in each.arguments[:1]))
        for each in module.facts.calls
    )


def _in_memory(module: Module, call: Call, first: str) -> bool:
    """Files under `/proc` and `/sys` are answered from memory, opened directly or through a `Path`."""
    if first[1:].startswith(_IN_MEMORY):
        return True
    if not call.callee.startswith("pathlib.Path()."):
        return False
    inner = [each for each in module.facts.calls if each.callee == "pathlib.Path" and each.start == call.start]
    return any(argument[1:].startswith(_IN_MEMORY) for each in inner for _, argument in each.arguments[:1])


def openings(module: Module, call: Call, blocking: Blocking) -> list[Call]:
    """Return a call, and those in the same function that may have made what a method that reads is called on."""
    if blocking.api.endswith(_TO_DISK):
        return [call]
    maker = call.callee.rpartition(".")[0].removesuffix("^").removesuffix("()")
    made = (each for each in module.facts.calls if each.callee == maker and each.function == call.function)
    return [call, *(made if maker else ())]


def _is_nonblocking(module: Module, call: Call, blocking: Blocking) -> bool:
    """Tell whether the same function makes the socket one that never waits, or knows that it is one."""
    receiver = call.callee.rpartition(".")[0]
    if call.flags & model.IN_TRY_BLOCKING_ERROR or _is_of_loop(module, call, receiver):
        return True
    if blocking.api.endswith(_AT_ONCE) and receiver.endswith(("()", "()^")):
        return any(_DATAGRAMS in value for each in openings(module, call, blocking) for _, value in each.arguments)
    settings = {(f"{receiver}.setblocking", "=False"), (f"{receiver}.settimeout", "=0")}
    return any(
        each.function == call.function and (each.callee, value) in settings
        for each in module.facts.calls
        for _, value in each.arguments[:1]
    )


def _asks_memory(module: Module, call: Call) -> bool:
    """Tell whether the same function has connected to no database but one in memory."""
    connected = [
        each for each in module.facts.calls if each.function == call.function and each.callee.endswith(_SQLITE)
    ]
    return bool(connected) and all(not _MEMORY.isdisjoint(each.arguments[:1]) for each in connected)


def has_data_inside(module: Module, call: Call) -> bool:
    """Tell whether the same function has asked before whether the address has the data in it: `"data:..."`."""
    return any(
        each.function == call.function
        and each.start < call.start
        and each.callee.endswith(".startswith")
        and [value[1:].strip("'\"") for _, value in each.arguments[:1]] == ["data:"]
        for each in module.facts.calls
    )


def _is_of_loop(module: Module, call: Call, receiver: str) -> bool:
    """Tell whether the same function hands the socket to the event loop, which takes only those that do not wait."""
    return any(
        each.function == call.function and _LOOP_READS.search(each.callee) and ("", receiver) in each.arguments[:1]
        for each in module.facts.calls
    )


def _reads_stream(resolver: Types, call: Call, blocking: Blocking) -> bool:
    """Tell whether what is opened is no file but bytes or text in memory."""
    if blocking.api == "shutil.copyfileobj":
        return False  # Either end may be a file.
    opened = [value for name, value in call.arguments[:1] if not name]
    opened += [value for name, value in call.arguments if name in _STREAM_ARGUMENTS]
    found = [each for value in opened if not value.startswith("=") for each in resolver.infer(value)]
    return any(each.kind == "instance" and each.name in STREAMS for each in found)
