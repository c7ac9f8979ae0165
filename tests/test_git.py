"""What a checkout says of its repository, held against git itself where git is at hand."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.intake.git import provenance
from archlint.model import Provenance

HASH = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
ORIGIN = '[remote "origin"]\n\turl = https://a.example/shop\n'

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def checkout(root: Path, config: str = ORIGIN, head: str = "ref: refs/heads/main", **refs: str) -> Path:
    """Make a `.git` by hand: `refs` are names below `refs/heads` and their content."""
    folder = root / ".git"
    (folder / "refs/heads").mkdir(parents=True)
    (folder / "HEAD").write_text(f"{head}\n")
    (folder / "config").write_text(config)
    for name, content in refs.items():
        (folder / "refs/heads" / name).write_text(f"{content}\n")
    return root


def git(folder: Path, *arguments: str) -> str:
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    named = ("-c", "user.name=n", "-c", "user.email=n@a.example", "-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *named, *arguments],
        cwd=folder,
        env={**os.environ, **nobody},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def committed(folder: Path) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk/a")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "m")
    return folder


def test_a_branch_and_its_commit(tmp_path: Path) -> None:
    assert provenance(checkout(tmp_path, main=HASH)) == Provenance("https://a.example/shop", HASH, "main")


def test_a_detached_head(tmp_path: Path) -> None:
    assert provenance(checkout(tmp_path, head=HASH)) == Provenance("https://a.example/shop", HASH, None)


def test_before_the_first_commit(tmp_path: Path) -> None:
    assert provenance(checkout(tmp_path)) == Provenance("https://a.example/shop", None, "main")


def test_a_reference_to_a_reference(tmp_path: Path) -> None:
    found = provenance(checkout(tmp_path, main="ref: refs/heads/trunk", trunk=HASH))
    assert found == Provenance("https://a.example/shop", HASH, "main")


def test_references_in_a_circle(tmp_path: Path) -> None:
    found = provenance(checkout(tmp_path, main="ref: refs/heads/main"))
    assert found == Provenance("https://a.example/shop", None, "main")


def test_packed_references_give_way_to_loose_ones(tmp_path: Path) -> None:
    lines = (
        "# pack-refs with: peeled",
        f"{OTHER} refs/heads/a/main",
        f"{HASH} refs/heads/main",
        f"^{OTHER}",
        "",
    )
    (checkout(tmp_path) / ".git/packed-refs").write_text("\n".join(lines))
    assert provenance(tmp_path) == Provenance("https://a.example/shop", HASH, "main")
    (tmp_path / ".git/refs/heads/main").write_text(OTHER)
    assert provenance(tmp_path) == Provenance("https://a.example/shop", OTHER, "main")


@pytest.mark.parametrize("head", ["", "nonsense", "ref: ", "ref: ../../secret", HASH[:39], HASH.upper()])
def test_an_odd_head_is_no_provenance(tmp_path: Path, head: str) -> None:
    assert provenance(checkout(tmp_path, head=head, main=HASH)) is None


@pytest.mark.parametrize("content", ["", "gitdir: nowhere", "gitdir:", "gitdir: \0", "gitdir: " + "x" * 5_000])
def test_an_odd_git_file_is_no_provenance(tmp_path: Path, content: str) -> None:
    (tmp_path / ".git").write_text(content)
    assert provenance(tmp_path) is None


def test_outside_of_a_checkout(tmp_path: Path) -> None:
    assert provenance(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".git")
    assert provenance(tmp_path) is None


@pytest.mark.parametrize(
    ("remote", "uri"),
    [
        ("https://github.com/example/shop.git", "https://github.com/example/shop"),
        ("https://user:secret@a.example:8443/shop/", "https://a.example:8443/shop"),
        ("https://token@a.example/shop.git?token=secret#secret", "https://a.example/shop"),
        ("http://a.example/a%20b.git", "http://a.example/a%20b"),
        ("git@github.com:example/shop.git", "https://github.com/example/shop"),
        ("a.example:/srv/git/shop", "https://a.example/srv/git/shop"),
        ("git@[::1]:shop.git", "https://[::1]/shop"),
        ("ssh://git@a.example:2222/example/shop.git", "https://a.example/example/shop"),
        ("git://a.example/shop.git", "https://a.example/shop"),
        ("https://dev.azure.com/o/p/_git/a%20shop", "https://dev.azure.com/o/p/_git/a%20shop"),
        ("file:///srv/a%20shop.git", "file:///srv/a%20shop.git"),
        ("/srv/a shop.git", "file:///srv/a%20shop.git"),
        (r"C:\\git\\shop", "file:///C:/git/shop"),
        ('"https://a.example/a#b"', "https://a.example/a"),
        ("https://a.example/shop # ours", "https://a.example/shop"),
    ],
)
def test_remotes_as_uris(tmp_path: Path, remote: str, uri: str) -> None:
    found = provenance(checkout(tmp_path, f'[remote "origin"]\n\turl = {remote}\n', main=HASH))
    assert found == Provenance(uri, HASH, "main")


def test_a_remote_beside_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found = provenance(checkout(tmp_path / "a", '[remote "origin"]\nurl = ../b\n', main=HASH))
    assert found == Provenance((tmp_path / "b").as_uri(), HASH, "main")


@pytest.mark.parametrize(
    "config",
    [
        "",
        "[core]\n\tbare = false\n",
        '[remote "upstream"]\n\turl = https://a.example/shop\n',
        '[remote "origin"]\n\tpushurl = https://a.example/shop\n',
        '[remote "origin"]\n\turl =\n',
        '[remote "origin"]\n\turl = ext::sh -c evil\n',
        '[remote "origin"]\n\turl = codecommit::eu-west-1://shop\n',
        '[remote "origin"]\n\turl = https://[::1/shop\n',
        '[remote "origin"]\n\turl = https://user:pass/word@a.example/shop\n',
        '[remote "origin"]\n\turl = file://server/shop\n',
        "\0[[[\n",
    ],
)
def test_without_a_usable_remote_the_repository_is_the_checkout(tmp_path: Path, config: str) -> None:
    found = provenance(checkout(tmp_path, config, main=HASH))
    assert found == Provenance(tmp_path.as_uri(), HASH, "main")


@pytest.mark.parametrize(
    "config",
    [
        '[core]\n[Remote "origin"] URL = https://a.example/shop\n[branch "main"]\n\turl = x\n',
        '[remote "upstream"]\n\turl = x\n; [remote "origin"]\n[remote "origin"]\n\turl=https://a.example/shop\n',
        f"{ORIGIN}\turl = https://b.example/second\n",
        '[remote "origin"]\n\turl = https://a.example/\\\nshop\n',
        ORIGIN.replace("\n", "\r\n"),
    ],
)
def test_notations_of_the_configuration(tmp_path: Path, config: str) -> None:
    found = provenance(checkout(tmp_path, config, main=HASH))
    assert found == Provenance("https://a.example/shop", HASH, "main")


@given(
    scheme=st.sampled_from(["https://", "http://", "ssh://", "git://", "ftp://", ""]),
    user=st.sampled_from(["", "secret@", "secret:secret@", ":secret@"]),
    rest=st.text(st.sampled_from('ab.:/[]@ %é\\"#?~1-\t'), max_size=20),
)
def test_any_remote_gives_a_uri_without_credentials(
    tmp_path_factory: pytest.TempPathFactory, scheme: str, user: str, rest: str
) -> None:
    remote = f"{scheme}{user}a.example{rest}"
    quoted = remote.replace("\\", "\\\\").replace('"', '\\"')
    folder = checkout(tmp_path_factory.mktemp("x"), f'[remote "origin"]\n\turl = "{quoted}"\n', main=HASH)
    found = provenance(folder)
    assert found is not None
    parts = urlsplit(found.repository)
    assert parts.scheme in ("https", "http", "file")
    assert found.repository.isascii()
    assert " " not in found.repository
    assert "@" not in parts.netloc
    assert scheme == "" or "secret" not in found.repository


@needs_git
def test_a_repository_of_git(tmp_path: Path) -> None:
    folder = committed(tmp_path / "a")
    commit = git(folder, "rev-parse", "HEAD")
    assert provenance(folder) == Provenance(folder.as_uri(), commit, "trunk/a")
    git(folder, "remote", "add", "origin", "git@a.example:shop.git")
    git(folder, "pack-refs", "--all")
    assert provenance(folder) == Provenance("https://a.example/shop", commit, "trunk/a")


@needs_git
def test_a_worktree(tmp_path: Path) -> None:
    folder = committed(tmp_path / "a")
    git(folder, "remote", "add", "origin", "https://a.example/shop")
    git(folder, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "b"))
    commit = git(folder, "rev-parse", "HEAD")
    assert provenance(tmp_path / "b") == Provenance("https://a.example/shop", commit, "side")


@needs_git
def test_a_submodule(tmp_path: Path) -> None:
    inner, outer = committed(tmp_path / "inner"), committed(tmp_path / "outer")
    git(outer, "submodule", "--quiet", "add", str(inner), "sub")
    commit = git(inner, "rev-parse", "HEAD")
    assert provenance(outer / "sub") == Provenance(inner.as_uri(), commit, "trunk/a")


@needs_git
def test_a_shallow_clone(tmp_path: Path) -> None:
    folder = committed(tmp_path / "a")
    git(tmp_path, "clone", "--quiet", "--depth", "1", folder.as_uri(), "b")
    git(tmp_path / "b", "checkout", "--quiet", "--detach")
    assert provenance(tmp_path / "b") == Provenance(folder.as_uri(), git(folder, "rev-parse", "HEAD"), None)
