"""What dependency injection joins: every container that people use, and what it must not be taken for."""

import pytest

from archlint.facts.extract import extract
from archlint.intake.rulefiles import data_tables
from archlint.project.adapters import adapters
from archlint.project.library import Library
from archlint.project.program import Architecture, Module, Project

LIBRARY = Library.parse(data_tables())
HEAD = """\
from typing import Annotated, Any, Protocol

class Users(Protocol):
    def find(self, key: str) -> str: ...

class Disk:
    def __init__(self, path: str = ""): ...
    def find(self, key): return key

class Tape:
    def find(self, key): return key

class Service:
    def __init__(self, users: Users, spare: Users | None = None): ...

class Untyped:
    def __init__(self, users, more=None): ...

def make_disk():
    return Disk()

def get_users() -> Users:
    raise NotImplementedError

"""


def pairs(text: str) -> set[str]:
    """Return `Adapter: evidence` for each pair of a module."""
    module = Module(extract(HEAD + text, "m", is_package=False), "/m.py")
    project = Project((module,), LIBRARY, Architecture())
    return {f"{project.class_(pair.adapter)[1].name}: {pair.evidence}" for pair in project.query(adapters).pairs}


BOUND = {"Disk: binding"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # punq
        ("import punq\nc = punq.Container()\nc.register(Users, Disk)", BOUND),
        ("import punq\nc = punq.Container()\nc.register(Users, instance=Disk('x'))", BOUND),
        ("import punq\nc = punq.Container()\nc.register(Users, factory=make_disk)", BOUND),
        ("import punq\nc = punq.Container()\nc.register(service=Users, factory=lambda: Disk('x'))", BOUND),
        # lagom
        ("from lagom import Container\nc = Container()\nc[Users] = Disk", BOUND),
        ("from lagom import Container\nc = Container()\nc[Users] = Disk('x')", BOUND),
        ("from lagom import Container\nc = Container()\nc[Users] = lambda: Disk('x')", BOUND),
        ("from lagom import Container, Singleton\nc = Container()\nc[Users] = Singleton(Disk)", BOUND),
        ("from lagom import Container\nc = Container()\nc.define(Users, make_disk)", BOUND),
        # svcs
        ("import svcs\nr = svcs.Registry()\nr.register_factory(Users, make_disk)", BOUND),
        ("import svcs\nr = svcs.Registry()\nr.register_value(Users, Disk())", BOUND),
        ("import svcs\ndef f(app): svcs.flask.register_factory(app, Users, make_disk)", BOUND),
        # wireup
        ("from wireup import injectable\n@injectable(as_type=Users)\nclass Tree:\n    pass", {"Tree: binding"}),
        ("from wireup import injectable\n@injectable(as_type=Users)\ndef f():\n    return Disk()", BOUND),
        ("import wireup\nx = wireup.instance(Disk(), as_type=Users)", BOUND),
        # dependency-injector
        (
            "from dependency_injector import containers, providers\n"
            "class C(containers.DeclarativeContainer):\n"
            "    users = providers.Singleton(Disk, path='x')\n"
            "    service = providers.Factory(Service, users=users)",
            BOUND,
        ),
        (
            "from dependency_injector import containers, providers\n"
            "class C(containers.DeclarativeContainer):\n"
            "    service = providers.Factory(Service, providers.Factory(Disk), spare=providers.Object(Tape()))",
            {"Disk: binding", "Tape: binding"},
        ),
        (
            "from dependency_injector import containers, providers\n"
            "class C(containers.DeclarativeContainer):\n"
            "    users: providers.Provider[Users] = providers.Factory(Disk)\n"
            "c = C()\nService(c.users())",
            BOUND,
        ),
        (
            "from dependency_injector import containers, providers\n"
            "from dependency_injector.wiring import Provide, inject\n"
            "class C(containers.DeclarativeContainer):\n"
            "    users = providers.Factory(Disk)\n"
            "@inject\ndef f(users: Users = Provide[C.users]): ...",
            BOUND,
        ),
        # FastAPI
        ("from fastapi import Depends\ndef f(users: Users = Depends(make_disk)): ...", BOUND),
        ("from fastapi import Depends\ndef f(users: Annotated[Users, Depends(make_disk)]): ...", BOUND),
        ("from fastapi import Depends\ndef f(users: Annotated[Users, Depends(Disk)]): ...", BOUND),
        ("from fastapi import FastAPI\napp = FastAPI()\napp.dependency_overrides[get_users] = make_disk", BOUND),
        ("from fastapi import FastAPI\napp = FastAPI()\napp.dependency_overrides[get_users] = lambda: Disk()", BOUND),
        # other containers, one's own, and what is not known at all
        ("import injector\ndef f(binder): binder.bind(Users, to=Disk)", BOUND),
        ("def f(services): services.add_singleton(Users, Disk)", BOUND),
        ("class C:\n    def register(self, a, b): ...\nc = C()\nc.register(Users, Disk)", BOUND),
        ("import aioinject\nx = aioinject.Singleton(Disk, Users)", BOUND),
        # an instance that is passed by the name of the port
        ("Untyped(users=Disk())", {"Disk: keyword"}),
        ("Untyped(more=Disk())", set()),
        ("Untyped(Disk())", set()),
        # no bindings
        ("def f(c): c.register(Disk, Tape)", set()),
        ("def f(c): c.register(Users)", set()),
        ("def f(c): c.register(Users, 'disk')", set()),
        ("def f(c): c.register(Users, unknown())", set()),
        ("known = {}\nknown[Disk] = Users", set()),
        ("print(Users, Disk)", set()),
        ("isinstance(Users, Disk)", set()),
        ("from fastapi import Depends\ndef f(users: Users = Depends(get_users)): ...", set()),
        ("from fastapi import Depends\ndef f(disk: Disk = Depends(make_disk)): ...", set()),
    ],
)
def test_bindings(text: str, expected: set[str]) -> None:
    assert pairs(text) == expected
