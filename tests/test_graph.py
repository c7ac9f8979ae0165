"""`archlint graph`: what is drawn, how it is arranged, that text is escaped, and that the page works in a browser."""

import json
import random
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archlint.cli import archlint
from archlint.outcome.reporters.visible import visible
from archlint.picture import dot, mermaid, page, svg
from archlint.picture.layout import ROW, arrange, segments
from archlint.picture.model import Link, Node, Picture, Statement, arrows
from archlint.picture.place import centres
from archlint.picture.rows import arranged, inner
from archlint.project.ranks import in_order
from tests.support import FIXTURES

EVIL = "</script><img src=x onerror=alert(1)>\"'&`\\ \u2028\ud800 <b>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def graph(*arguments: str) -> Result:
    return CliRunner().invoke(archlint, ["graph", "--jobs", "1", "--no-cache", *arguments])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the shop in every format, and return the folder."""
    folder = tmp_path_factory.mktemp("graph")
    for suffix in ("html", "svg", "dot", "mmd"):
        result = graph(str(FIXTURES / "shop"), "-o", str(folder / f"shop.{suffix}"))
        assert (result.exit_code, result.stdout) == (0, "")
    return folder


def test_layers_modules_and_violations_of_the_shop(shop: Path) -> None:
    text = (shop / "shop.mmd").read_text(encoding="utf-8")
    assert text.startswith("flowchart TB\n")
    bands = re.findall(r'subgraph layer\d+\["(.*?)"\]', text)
    assert bands == ["composition", "presentation", "infrastructure", "application", "domain", "in no layer"]
    number = {label: node for node, label in re.findall(r'(n\d+)\["(\w+)"\]', text)}
    assert f"{number['place_order']} -->|1| {number['payments']}\n" in text
    assert f"{number['bootstrap']} --> {number['api']}\n" in text
    red = re.search(r"linkStyle ([\d,]+) stroke:#dc2626", text)
    lines = [line for line in text.splitlines() if "-->" in line]
    assert red
    assert [each for each, line in enumerate(lines) if "|" in line] == [int(each) for each in red[1].split(",")]


def test_the_drawing_is_valid_xml_with_every_box(shop: Path) -> None:
    root = ElementTree.parse(shop / "shop.svg").getroot()
    names = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text") if each.get("class") == "name"}
    assert {"bootstrap", "place_order", "money", "redis_adapters"} <= names
    assert "<script" not in (shop / "shop.svg").read_text(encoding="utf-8")


def test_dot_names_every_arrow(shop: Path) -> None:
    text = (shop / "shop.dot").read_text(encoding="utf-8")
    assert text.startswith('digraph "shop" {\n')
    assert text.count('color="#dc2626", fontcolor') >= 5
    assert "shop.bootstrap -> shop.presentation.api: 1 import" in text


def test_what_is_written_by_default_and_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("import b\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    (tmp_path / "test_a.py").write_text("import a\n")
    monkeypatch.chdir(tmp_path)
    result = graph()
    assert result.stdout == 'flowchart TB\n  n0["a"]\n  n1["b"]\n  n0 --> n1\n'
    assert graph(".", "-o", "x.svg").stderr == "x.svg shows 2 modules, 1 import.\n"
    assert (tmp_path / "x.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert graph(".", "-o", "-").stdout == result.stdout
    unknown = graph(".", "-o", "x.png")
    assert (unknown.exit_code, (tmp_path / "x.png").exists()) == (2, False)
    assert unknown.stderr.startswith("archlint: x.png: no format is known by .png; name it .mmd, ")
    (tmp_path / "broken.py").write_text("(")
    broken = graph("--output-format", "dot")
    assert (broken.exit_code, broken.stderr.startswith("broken.py:1:1: failure ")) == (2, True)
    assert broken.stdout.startswith("digraph")


def picture(pairs: frozenset[tuple[int, int]], size: int, label: str = "m") -> Picture:
    nodes = tuple(Node(f"{label}{number}", f"{label}{number}", -1, (), "") for number in range(size))
    statement = Statement(label, 1, 1, label, "runtime", (label,))
    links = tuple(Link(a, b, (statement,)) for a, b in sorted(pairs) if a != b)
    return Picture(label, nodes, links, (), tuple(range(size)))


@pytest.mark.parametrize("draw", [mermaid.render, dot.render, svg.render, page.render])
def test_text_from_the_checked_code_is_escaped(draw: object) -> None:
    assert callable(draw)
    text = draw(picture(frozenset({(0, 1)}), 2, EVIL))
    text.encode("utf-8")
    assert ("<img" in text) is (draw is dot.render)  # in quotes, where it is no markup
    if draw is svg.render:
        assert EVIL[:10] in "".join(ElementTree.fromstring(text).itertext())
    if draw is page.render:
        assert text.count("</script>") == 2
        data = re.search(r'<script id="data" type="application/json">(.*?)</script>', text)
        assert data
        assert json.loads(data[1])["nodes"][0][0] == f"{visible(EVIL)}0"


def test_mermaid_and_dot_labels_end_where_they_should() -> None:
    one = picture(frozenset({(0, 1)}), 2, EVIL)
    labels = re.findall(r'n\d+\["([^"\n]*)"\]:::bad|n\d+\["([^"\n]*)"\]', mermaid.render(one))
    assert len(labels) == 2
    for line in dot.render(one).splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0


PAIRS = st.frozensets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=50)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(PAIRS, st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_an_arrangement_shows_each_node_once_and_leads_arrows_from_row_to_row(
    pairs: frozenset[tuple[int, int]], places: list[int]
) -> None:
    bands = [[node for node in range(12) if places[node] == band] for band in range(3)]
    weights = {pair: 1 + pair[0] for pair in pairs if pair[0] != pair[1]}
    marked = frozenset(pair for pair in weights if sum(pair) % 3 == 0)

    found = arrange(bands, weights, marked)

    level = {node: number for number, row in enumerate(found.rows) for node in row}
    assert sorted(node for node in level if node >= 0) == list(range(12))
    assert len(level) == sum(map(len, found.rows))
    assert sum(found.sizes) == len(found.rows)
    assert all(len([node for node in row if node >= 0]) <= ROW for row in found.rows)
    assert [places[node] for row in found.rows for node in row if node >= 0] == sorted(places)
    assert all(level[other] - level[one] == 1 for one, other in segments(found.routes))
    drawn = {(route.source, route.target) for route in found.routes}
    assert drawn <= weights.keys()
    assert marked <= drawn
    assert all(route.up == (level[route.source] > level[route.target]) for route in found.routes)
    assert reachable(drawn) == reachable(set(weights))
    x = centres(found, dict.fromkeys(range(12), 50.0))
    assert all(x[other] - x[one] > 7.99 for row in found.rows for one, other in pairwise(row))


def reachable(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    found = set(pairs)
    while more := {(a, d) for a, b in found for c, d in pairs if b == c} - found:
        found |= more
    return found


@given(st.permutations(range(8)), st.data())
def test_an_order_goes_against_no_arrow_when_it_need_not(names: list[int], data: st.DataObject) -> None:
    pairs = data.draw(st.frozensets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1])))
    weights = {(names[a], names[b]): 1 for a, b in pairs}
    place = {node: number for number, node in enumerate(in_order(range(8), weights))}
    assert all(place[source] < place[target] for source, target in weights)


def test_many_modules_are_taken_together_by_package() -> None:
    chance = random.Random(1)
    nodes = [Node(f"p{p}", f"p{p}", -1, tuple(range(20 + 40 * p, 60 + 40 * p)), "") for p in range(20)]
    nodes += [Node(f"p{p}.m{m}", f"m{m}", p, (), "") for p in range(20) for m in range(40)]
    statement = Statement("p", 1, 1, "import x", "runtime")
    pairs = {(chance.randrange(20, 820), chance.randrange(20, 820)) for _ in range(3000)}
    links = tuple(Link(a, b, (statement,)) for a, b in sorted(pairs) if a != b)
    large = Picture("large", tuple(nodes), links, (), tuple(range(20)))

    drawing = arranged(large)

    assert sum(arrow.count for arrow in drawing.arrows) == sum((a - 20) // 40 != (b - 20) // 40 for a, b in pairs)
    assert len(inner(large, 0).rows) >= 5
    assert len(arrows(large, large.top)) <= 380
    assert svg.render(large) == svg.render(large)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_the_page_in_a_browser(shop: Path, tmp_path: Path) -> None:
    script = """<script>setTimeout(() => {
      const say = (text) => { const p = document.createElement("p"); p.className = "said"; p.textContent = text;
        document.body.append(p); };
      const details = () => document.getElementById("details").textContent;
      say(document.querySelectorAll(".box").length + " boxes");
      say(document.querySelectorAll(".arrow.broken").length + " broken");
      document.querySelector(".arrow.broken .hit").dispatchEvent(new MouseEvent("click", {bubbles: true}));
      say(details());
      const boxes = [...document.querySelectorAll(".box")].map((each) => each.getBoundingClientRect());
      say(boxes.filter((a) => boxes.some((b) => a !== b && a.left < b.right && b.left < a.right
        && a.top < b.bottom && b.top < a.bottom)).length + " overlap");
      document.getElementById("only-broken").click();
      say([...document.querySelectorAll(".arrow")].filter((each) => getComputedStyle(each).display !== "none").length
        + " shown");
    }, 30)</script>"""
    said = in_browser((shop / "shop.html").read_text(encoding="utf-8"), script, tmp_path)
    assert said[0] == "23 boxes"
    broken = int(said[1].split()[0])
    assert broken >= 5
    assert "dependencies.py:10:40" in said[2]
    assert "from shop.infrastructure.tokens import JwtTokenVerifier" in said[2]
    assert "LAY001 presentation module" in said[2]
    assert said[3:] == ["0 overlap", f"{broken} shown"]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_packages_open_on_a_click_and_text_stays_text(tmp_path: Path) -> None:
    nodes = (
        Node("p", f"p{EVIL}", -1, (1, 2), ""),
        Node("p.a", EVIL, 0, (), "", (EVIL,)),
        Node("p.b", "b", 0, (), ""),
        Node("q", "q", -1, (), ""),
    )
    statement = Statement(EVIL, 1, 2, EVIL, "runtime", (EVIL,))
    links = (Link(1, 2, (statement,)), Link(1, 3, (statement,)))
    script = """<script>setTimeout(() => {
      const say = (text) => { const p = document.createElement("p"); p.className = "said"; p.textContent = text;
        document.body.append(p); };
      const all = (what) => document.querySelectorAll(what).length;
      const count = () => say(all(".box") + " " + all(".arrow"));
      count();
      document.querySelector(".box.package > button").click();
      count();
      say(document.querySelectorAll("img, #canvas b, #details b").length + " injected");
      document.getElementById("close-all").click();
      count();
    }, 30)</script>"""
    text = page.render(Picture(EVIL, nodes, links, (), (0, 3)))
    assert in_browser(text, script, tmp_path) == ["2 1", "4 2", "0 injected", "2 1"]


def in_browser(text: str, script: str, folder: Path) -> list[str]:
    """Return the paragraphs that a script at the end of a page adds."""
    file = folder / "page.html"
    file.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync --window-size=1400,1000 --virtual-time-budget=4000 --dump-dom"
    )
    done = subprocess.run(
        [str(CHROMIUM), *flags.split(), f"--user-data-dir={folder / 'profile'}", file.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return re.findall(r'<p class="said">(.*?)</p>', done.stdout, re.DOTALL)


def test_a_contract_of_layers_gives_the_bands_where_no_module_has_a_role(tmp_path: Path) -> None:
    settings = '[[contracts]]\nname = "x"\ntype = "layers"\ncontainers = ["p"]\nlayers = ["a : b", "(none)", "c"]\n'
    (tmp_path / "archlint.toml").write_text(settings)
    (tmp_path / "p").mkdir()
    for name, text in {"__init__": "", "a": "import p.c\n", "b": "import p.c\n", "c": "import p.a\n"}.items():
        (tmp_path / "p" / f"{name}.py").write_text(text)
    text = graph(str(tmp_path)).stdout
    assert re.findall(r'subgraph layer\d+\["(.*?)"\]', text) == ["a #124; b", "c"]
    assert len(re.findall(r"-->\|1\| ", text)) == 1
