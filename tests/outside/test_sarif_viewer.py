"""SARIF in a real viewer: Microsoft's web component, which Azure DevOps uses, in headless Chromium."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.outside.sarif_logs import write_logs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PAGE = """\
<!doctype html><meta charset="utf-8"><div id="root" style="height: 100vh"></div>
<script src="react.js"></script><script src="react-dom.js"></script><script src="viewer.js"></script>
<script src="log.js"></script>
<script>
window.addEventListener("error", (event) => { document.title = "ERROR " + event.message; });
ReactDOM.render(React.createElement(Viewer, {logs: [LOG]}), document.getElementById("root"));
</script>
"""


def shown(log: Path, node_modules: Path, folder: Path) -> str:
    """Return the page as Chromium has it when the viewer has drawn the log."""
    folder.mkdir()
    for source, name in (
        ("react/umd/react.production.min.js", "react.js"),
        ("react-dom/umd/react-dom.production.min.js", "react-dom.js"),
        ("@microsoft/sarif-web-component/dist/index.js", "viewer.js"),
    ):
        shutil.copy(node_modules / source, folder / name)
    (folder / "log.js").write_text(f"const LOG = {log.read_text(encoding='utf-8')};", encoding="utf-8")
    page = folder / "index.html"
    page.write_text(PAGE, encoding="utf-8")
    assert CHROMIUM is not None
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--no-first-run")
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    command = [CHROMIUM, *options, *quiet, f"--user-data-dir={folder}/profile", "--window-size=1400,4000"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("name", ["shop", "emoji"])
def test_the_viewer_marks_what_is_flagged(name: str, node_modules: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    write_logs(folder)
    results = json.loads((folder / f"{name}.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    flagged = [each["locations"][0]["physicalLocation"]["region"]["snippet"]["text"] for each in results]

    page = shown(folder / f"{name}.sarif", node_modules, tmp_path / "page")

    marked = [html.unescape(text) for text in re.findall(r'class="swcRegion"[^>]*>([^<]*)<', page)]
    assert "<title>ERROR" not in page
    assert marked
    assert set(filter(None, marked)) <= set(flagged)
    assert results[0]["ruleId"] in page
