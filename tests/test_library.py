"""The third-party table: its lookups, its mistakes, and the files that are shipped."""

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archlint.model import Severity
from archlint.project.library import Blocking, Library, LibraryError, Retry, Timeout

DATA = Path(__file__).parent.parent / "rules" / "data"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DATA.glob("*.toml"))}
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\.\*(_[a-z]+)?)?")

SHIPPED = Library.parse(TEXTS)
OF_OWNER: dict[str, list[str]] = {}
for known in SHIPPED._members:
    OF_OWNER.setdefault(known.rpartition(".")[0], []).append(known)

SMALL = """
not-blocking = ["db.Batch.*", "db.Client.close"]
[exports]
"db.Client" = ["db.client.Client", "db.Legacy"]
"files" = ["posixfiles"]
[bases]
"db.Base" = []
"db.Client" = ["db.Base"]
"db.{Left, Right}" = ["db.Client"]
"db.Both" = ["db.Left", "db.Right"]
"db.Batch" = ["db.Client"]
"db.aio.Client" = []
"db.aio.Other" = ["db.Base"]
[returns]
"db.connect" = "db.Client"
"db.Client.{batch, many}" = "db.Batch"
"db.Client.rows" = "builtins.list<db.Row>"
[attributes]
"db.Base.pool" = "db.Pool"
[enters]
"db.Base" = "db.Entered"
[[blocking]]
kind = "database"
instead = "use `db.aio`"
apis = ["db.connect", "db.Client.*", "db.Client._flush", "db.Batch.execute"]
[[blocking]]
kind = "file"
instead = "use a thread"
apis = ["files.{read, write}", "db.Client"]
[clients]
database = ["db.Base"]
"""


@pytest.fixture(scope="module")
def small() -> Library:
    return Library.parse({"small.toml": SMALL})


@pytest.fixture(scope="module")
def shipped() -> Library:
    return SHIPPED


def mistakes(*texts: str) -> tuple[str, ...]:
    files = {f"{letter}.toml": text for letter, text in zip("abc", texts, strict=False)}
    with pytest.raises(LibraryError) as caught:
        Library.parse(files)
    assert str(caught.value) == "\n".join(caught.value.messages)
    return caught.value.messages


class TestLookups:
    @pytest.mark.parametrize(
        ("name", "canonical"),
        [
            ("db.client.Client.get", "db.Client.get"),
            ("db.Legacy", "db.Client"),
            ("db.Client.get", "db.Client.get"),
            ("db.Clients.get", "db.Clients.get"),
            ("posixfiles.read", "files.read"),
            ("unknown.thing", "unknown.thing"),
            ("name", "name"),
            ("", ""),
        ],
    )
    def test_canonical_replaces_the_longest_exported_prefix(self, small: Library, name: str, canonical: str) -> None:
        assert small.canonical(name) == canonical

    def test_ancestors_come_after_all_that_derive_from_them(self, small: Library) -> None:
        assert small.ancestors("db.Both") == ("db.Both", "db.Left", "db.Right", "db.Client", "db.Base")
        assert small.ancestors("db.Legacy") == ("db.Client", "db.Base")
        assert small.ancestors("my.Own") == ("my.Own",)

    @pytest.mark.parametrize(
        "name", ["db.Base", "db.Legacy", "db.Left", "db.Row", "db.Pool", "db.Entered", "builtins.list"]
    )
    def test_classes_are_those_in_any_table(self, small: Library, name: str) -> None:
        assert small.is_class(name)

    @pytest.mark.parametrize("name", ["db.connect", "db", "db.Client.batch", "my.Own"])
    def test_other_names_are_no_classes(self, small: Library, name: str) -> None:
        assert not small.is_class(name)

    @pytest.mark.parametrize(
        ("cls", "name", "member"),
        [
            ("db.Both", "batch", "db.Client.batch"),
            ("db.aio.Other", "pool", "db.Base.pool"),
            ("db.Both", "anything", "db.Client.anything"),
            ("db.Both", "_flush", "db.Client._flush"),
            ("db.Both", "_other", "db.Both._other"),
            ("db.Batch", "get", "db.Batch.get"),
            ("db.Legacy", "close", "db.Client.close"),
            ("my.Own", "get", "my.Own.get"),
        ],
    )
    def test_a_member_is_named_on_the_ancestor_that_has_it(
        self, small: Library, cls: str, name: str, member: str
    ) -> None:
        assert small.member(cls, name) == member

    def test_types_are_inherited(self, small: Library) -> None:
        assert small.returns("db.connect") == "db.Client"
        assert small.returns("db.Right.many") == "db.Batch"
        assert small.returns("db.Legacy.rows") == "builtins.list<db.Row>"
        assert small.returns("db.Client.unknown") is None
        assert small.attribute("db.Both.pool") == "db.Pool"
        assert small.attribute("db.aio.Client.pool") is None
        assert small.enters("db.Both") == "db.Entered"
        assert small.enters("db.aio.Client") is None
        assert small.client("db.Both") == "database"
        assert small.client("db.aio.Client") is None

    def test_what_blocks_is_named_on_the_class_that_defines_it(self, small: Library) -> None:
        expected = Blocking("db.Client.get", "database", Severity.ERROR, "use `db.aio`")
        assert small.blocking("db.Both.get") == small.blocking("db.client.Client.get") == expected
        assert small.blocking("posixfiles.read") == Blocking("files.read", "file", Severity.WARNING, "use a thread")
        assert small.blocking("db.Legacy") == Blocking("db.Client", "file", Severity.WARNING, "use a thread")

    @pytest.mark.parametrize(
        "name",
        [
            "db.Client._private",
            "db.Client.close",
            "db.Both.close",
            "db.Batch.get",
            "db.aio.Client.get",
            "db.Left",
            "",
        ],
    )
    def test_what_does_not_block(self, small: Library, name: str) -> None:
        assert small.blocking(name) is None

    def test_a_listed_method_outweighs_its_own_wildcard(self, small: Library) -> None:
        for name in ("db.Batch.execute", "db.Client._flush"):
            assert small.blocking(name) == Blocking(name, "database", Severity.ERROR, "use `db.aio`")


@given(data=strategies.data())
def test_a_member_answers_as_the_class_it_was_asked_of(data: strategies.DataObject) -> None:
    cls = data.draw(strategies.sampled_from(sorted(SHIPPED._bases)))
    members = {member.rpartition(".")[2] for owner in SHIPPED.ancestors(cls) for member in OF_OWNER.get(owner, ())}
    name = data.draw(strategies.sampled_from(sorted(members | {"keys", "_private"})))
    asked, member = f"{cls}.{name}", SHIPPED.member(cls, name)
    assert SHIPPED.blocking(member) == SHIPPED.blocking(asked)
    assert SHIPPED.returns(member) == SHIPPED.returns(asked)
    assert SHIPPED.attribute(member) == SHIPPED.attribute(asked)


class TestMistakes:
    def test_every_mistake_of_every_file_is_named_at_once(self) -> None:
        found = mistakes(
            "retruns = 1\n[enters]\nx = 1", "nonsense", "[[blocking]]\nkind = 'slow'\ninstead = ''\napis = []"
        )
        assert len(found) == 4
        assert found[0].startswith("a.toml: `retruns` is no table of the library (exports, bases, returns,")
        assert found[1] == "a.toml: enters: `x`: Expected `str`, got `int`"
        assert found[2].startswith("b.toml: Expected '='")
        assert found[3].startswith("c.toml: blocking: `number 1`: there is no kind `slow` (network, sleep,")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("exports = 1", "a.toml: exports: Expected `object`, got `int`"),
            ("[exports]\nx = 'y'", "a.toml: exports: `x`: Expected `array`, got `str`"),
            ("[bases]\nx = [1]", "a.toml: bases: `x`: Expected `str`, got `int` - at `$[0]`"),
            ("[returns]\nx = ['y']", "a.toml: returns: `x`: Expected `str`, got `array`"),
            ("[attributes]\nx = true", "a.toml: attributes: `x`: Expected `str`, got `bool`"),
            ("not-blocking = ['x', 2]", "a.toml: not-blocking: `number 2`: Expected `str`, got `int`"),
            ("[clients]\ncache = 'x'", "a.toml: clients: `cache`: Expected `array`, got `str`"),
            (
                "[[blocking]]\nkind = 'cpu'\napis = []",
                "a.toml: blocking: `number 1`: Object missing required field `instead`",
            ),
            (
                "[[blocking]]\nkind = 'cpu'\napis = []\ninstead = ''\napi = 'x'",
                "a.toml: blocking: `number 1`: Object contains unknown field `api`",
            ),
        ],
    )
    def test_a_value_of_the_wrong_type(self, text: str, message: str) -> None:
        assert mistakes(text) == (message,)

    def test_an_unknown_kind_of_client(self) -> None:
        (message,) = mistakes("[clients]\nfax = ['x.Fax']")
        assert message.startswith("a.toml: clients: `fax`: there is no kind `fax` (database, cache,")

    def test_an_api_of_two_kinds(self) -> None:
        lock = "[[blocking]]\nkind = 'lock'\ninstead = 'wait'\napis = ['x.{f, g}']"
        sleep = "[[blocking]]\nkind = 'sleep'\ninstead = 'wait'\napis = ['x.g']"
        assert mistakes(lock, sleep) == ("b.toml: blocking: `x.g` is sleep, wait here and lock, wait in a.toml",)
        assert mistakes(f"{lock}\n{sleep}") == ("a.toml: blocking: `x.g` is lock, wait here and sleep, wait in a.toml",)

    def test_a_name_exported_from_two(self) -> None:
        first, second = "[exports]\n'x.A' = ['y.A']", "[exports]\n'z.A' = ['y.A']"
        assert mistakes(first, second) == ("b.toml: exports: `y.A` is `z.A` here and `x.A` in a.toml",)

    def test_a_canonical_name_that_is_another_name_of_something_else(self) -> None:
        first, second = "[exports]\n'x.A' = ['y.A']", "[exports]\n'y.A' = ['z.A']"
        assert mistakes(first, second) == ("b.toml: exports: `y.A` is `y.A` here and `x.A` in a.toml",)

    def test_a_type_that_files_do_not_agree_on(self) -> None:
        assert mistakes("[returns]\n'x.f' = 'A'", "[returns]\n'x.f' = 'B'") == (
            "b.toml: returns: `x.f` is `B` here and `A` in a.toml",
        )

    def test_the_same_said_twice_is_no_mistake(self) -> None:
        text = "[bases]\n'x.A' = ['x.B']"
        assert Library.parse({"a.toml": text, "b.toml": text}).ancestors("x.A") == ("x.A", "x.B")

    def test_an_api_that_blocks_and_does_not(self) -> None:
        text = "not-blocking = ['x.f']\n[[blocking]]\nkind = 'cpu'\ninstead = 'wait'\napis = ['x.f']"
        assert mistakes(text) == ("a.toml: not-blocking: `x.f` is blocking in a.toml",)

    def test_classes_that_are_bases_of_each_other(self) -> None:
        cycle = "'x.A' = ['x.B']\n'x.B' = ['x.Root', 'x.C']\n'x.C' = ['x.A']"
        text = f"[bases]\n{cycle}\n'x.D' = ['x.A']\n'x.Root' = []"
        assert mistakes(text) == (
            "a.toml: bases: `x.A` is a base of itself: x.A -> x.B -> x.C -> x.A",
            "a.toml: bases: `x.B` is a base of itself: x.B -> x.C -> x.A -> x.B",
            "a.toml: bases: `x.C` is a base of itself: x.C -> x.A -> x.B -> x.C",
        )
        assert mistakes("[bases]\n'x.A' = ['x.A']") == ("a.toml: bases: `x.A` is a base of itself: x.A -> x.A",)


class TestShipped:
    def test_every_name_is_dotted_and_canonical(self, shipped: Library) -> None:
        tables = (shipped._bases, shipped._returns, shipped._attributes, shipped._enters, shipped._clients)
        names = {*shipped._blocking, *shipped._not_blocking}.union(*tables)
        assert len(names) > 2000
        assert [name for name in sorted(names) if not NAME.fullmatch(name)] == []
        assert [name for name in sorted(names) if shipped.canonical(name) != name] == []

    def test_every_type_is_well_formed_and_canonical(self, shipped: Library) -> None:
        types = {*shipped._returns.values(), *shipped._attributes.values(), *shipped._enters.values()}
        assert [type_ for type_ in types if type_.count("<") != type_.count(">")] == []
        names = {name for type_ in types for name in re.split(r"[<>,]| or ", type_) if name}
        assert [name for name in sorted(names) if not NAME.fullmatch(name)] == []
        assert [name for name in sorted(names) if shipped.canonical(name) != name] == []

    def test_every_base_is_a_known_class(self, shipped: Library) -> None:
        bases = {base for bases in shipped._bases.values() for base in bases}
        assert sorted(bases - shipped._bases.keys()) == []

    def test_every_phrase_can_follow_a_semicolon(self, shipped: Library) -> None:
        phrases = {instead for _, instead in shipped._blocking.values()}
        assert [phrase for phrase in phrases if not re.fullmatch(r"[a-z][^.]*(.*[^.])?", phrase)] == []
        assert [phrase for phrase in phrases if phrase.count("`") % 2] == []

    def test_nothing_of_asyncio_blocks(self, shipped: Library) -> None:
        assert [api for api in shipped._blocking if api.startswith(("asyncio.", "anyio."))] == []

    def test_no_async_class_reaches_anything_that_blocks(self, shipped: Library) -> None:
        methods = {api.rpartition(".")[2] for api in shipped._blocking}
        asynchronous = [
            name for name in shipped._bases if re.search(r"Async|\baio|asyncio|asyncpg|asyncmy|motor", name)
        ]
        asynchronous = [
            name
            for name in asynchronous
            if name not in {"celery.result.AsyncResult", "multiprocessing.pool.AsyncResult"}
        ]
        assert len(asynchronous) > 100
        reached = [
            f"{cls}.{method}"
            for cls in asynchronous
            for method in sorted(methods)
            if shipped.blocking(f"{cls}.{method}")
        ]
        assert reached == []

    @pytest.mark.parametrize(
        "name",
        [
            "redis.asyncio.Redis.get",
            "redis.asyncio.client.Redis.keys",
            "redis.client.Pipeline.get",
            "redis.Redis.pipeline",
            "sqlalchemy.ext.asyncio.AsyncSession.execute",
            "sqlalchemy.orm.Session.add",
            "httpx.AsyncClient.get",
            "aiohttp.ClientSession.get",
            "asyncpg.Connection.fetch",
            "asyncpg.pool.Pool.execute",
            "motor.motor_asyncio.AsyncIOMotorCollection.find_one",
            "pymongo.asynchronous.collection.AsyncCollection.find_one",
            "psycopg.AsyncConnection.execute",
            "grpc.aio.UnaryUnaryMultiCallable.__call__",
            "aiobotocore.client.AioBaseClient.get_object",
            "zmq.asyncio.Socket.recv",
            "anyio.Path.read_text",
            "asyncio.Queue.get",
            "django.db.models.QuerySet.aget",
            "redis.Redis",
            "requests.Session",
            "sqlalchemy.create_engine",
            "pymongo.MongoClient",
            "os.path.join",
            "json.loads",
            "io.TextIOWrapper.read",
        ],
    )
    def test_what_must_not_block(self, shipped: Library, name: str) -> None:
        assert shipped.blocking(name) is None

    @pytest.mark.parametrize(
        ("name", "kind", "severity"),
        [
            ("time.sleep", "sleep", "error"),
            ("redis.client.StrictRedis.keys", "network", "error"),
            ("redis.client.Pipeline.execute", "network", "error"),
            ("redis.cluster.RedisCluster.hgetall", "network", "error"),
            ("requests.sessions.Session.get", "network", "error"),
            ("urllib3.ProxyManager.request", "network", "error"),
            ("subprocess.run", "subprocess", "error"),
            ("threading.BoundedSemaphore.acquire", "lock", "error"),
            ("queue.PriorityQueue.get", "lock", "error"),
            ("builtins.input", "terminal", "error"),
            ("psycopg2.extras.RealDictCursor.execute", "database", "error"),
            ("sqlmodel.Session.get", "database", "error"),
            ("sqlalchemy.engine.base.Connection.execute", "database", "error"),
            ("django.db.models.query.QuerySet.get", "database", "error"),
            ("botocore.client.BaseClient.get_object", "network", "error"),
            ("grpc.UnaryUnaryMultiCallable.__call__", "network", "error"),
            ("io.open", "file", "warning"),
            ("pathlib.PosixPath.read_text", "file", "warning"),
            ("bcrypt.hashpw", "cpu", "warning"),
            ("posixpath.exists", "metadata", "note"),
            ("pathlib.Path.exists", "metadata", "note"),
            ("boto3.session.Session.client", "import", "note"),
            ("langchain_openai.ChatOpenAI.invoke", "network", "error"),
            ("chromadb.api.models.Collection.Collection.query", "database", "error"),
            ("kubernetes.client.AppsV1Api.list_deployment_for_all_namespaces", "network", "error"),
            ("PyPDF2.PdfReader", "file", "warning"),
            ("git.Remote.pull", "subprocess", "error"),
        ],
    )
    def test_what_must_block(self, shipped: Library, name: str, kind: str, severity: str) -> None:
        blocking = shipped.blocking(name)
        assert blocking is not None
        assert (blocking.kind, blocking.severity) == (kind, severity)

    @pytest.mark.parametrize(
        ("name", "type_"),
        [
            ("redis.from_url", "redis.Redis"),
            ("redis.asyncio.from_url", "redis.asyncio.Redis"),
            ("redis.Redis.pipeline", "redis.client.Pipeline"),
            ("asyncpg.create_pool", "asyncpg.Pool"),
            ("asyncpg.Pool.acquire", "asyncpg.Connection"),
            ("psycopg2.connect", "psycopg2.extensions.connection"),
            ("sqlalchemy.orm.sessionmaker.__call__", "T or sqlalchemy.orm.Session"),
            ("sqlmodel.Session.query", "sqlalchemy.orm.Query<Sole>"),
            ("dishka.AsyncContainer.get", "Handed"),
            ("flask_sqlalchemy.SQLAlchemy.text", "sqlalchemy.TextClause"),
            ("pymongo.MongoClient.__getitem__", "pymongo.database.Database"),
            ("aiohttp.ClientSession.get", "aiohttp.ClientResponse"),
            ("pathlib.PosixPath.iterdir", "collections.abc.Iterator<pathlib.Path>"),
            ("boto3.client", "botocore.client.BaseClient"),
            ("celery.Task.delay", "celery.result.AsyncResult"),
        ],
    )
    def test_what_calls_give(self, shipped: Library, name: str, type_: str) -> None:
        assert shipped.returns(name) == type_

    @pytest.mark.parametrize(
        ("cls", "kind"),
        [
            ("asyncpg.pool.Pool", "database"),
            ("sqlmodel.Session", "database"),
            ("redis.asyncio.client.Pipeline", "cache"),
            ("httpx.AsyncClient", "http"),
            ("aio_pika.RobustChannel", "broker"),
            ("aio_pika.RobustConnection", "broker"),
            ("smtplib.SMTP_SSL", "mail"),
            ("pathlib.Path", None),
        ],
    )
    def test_clients(self, shipped: Library, cls: str, kind: str | None) -> None:
        assert shipped.client(cls) == kind


@pytest.mark.parametrize(
    ("timeout", "arguments", "given"),
    [
        (Timeout(), (("", "=1"),), False),
        (Timeout(), (("", "=1"), ("timeout", "=5")), True),
        (Timeout(), (("timeout", ""),), True),
        (Timeout(), (("timeout", "=None"),), False),
        (Timeout(position=1), (("", ""), ("", "=5")), True),
        (Timeout(position=1), (("", ""), ("", "=None")), False),
        (Timeout(position=1), (("", ""),), False),
        (Timeout(default=True), (("", ""),), True),
        (Timeout(default=True), (("timeout", "=None"),), False),
        (Timeout(name="total", position=0, default=True), (("", "=None"),), False),
    ],
)
def test_whether_a_call_has_a_timeout(timeout: Timeout, arguments: tuple[tuple[str, str], ...], given: bool) -> None:
    assert timeout.is_given(arguments) is given


def test_timeouts_switches_and_retries_are_read() -> None:
    text = """
    [timeouts]
    "http.{get, put}" = { position = 2 }
    [tls-switches]
    "http.get" = ["verify"]
    [retries]
    "again.retry" = { stops = ["times"], fixed = ["again.same"] }
    """
    library = Library.parse({"x.toml": text})
    assert library.timeouts == {"http.get": Timeout(position=2), "http.put": Timeout(position=2)}
    assert library.tls_switches == {"http.get": ("verify",)}
    assert library.retries == {"again.retry": Retry(stops=("times",), fixed=("again.same",))}


def test_mistakes_in_timeouts_and_retries_are_named() -> None:
    with pytest.raises(LibraryError) as caught:
        Library.parse({"x.toml": '[timeouts]\n"a.b" = { seconds = 1 }\n[retries]\n"a.c" = {}\n'})
    assert len(caught.value.messages) == 2
    assert caught.value.messages[0].startswith("x.toml: timeouts: `a.b`: ")
