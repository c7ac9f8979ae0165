"""How the site is built; `python docs/build.py` does it.

Sphinx with MyST and furo. Sphinx is well kept, needs no network, and refuses links and anchors that lead nowhere when
warnings are errors; MyST reads the same Markdown that GitHub shows, which rule pages are; furo is readable on a phone
and in the dark. MkDocs was the other choice: it has seen no release with features for long, and its best theme neither.
"""

from archlint import __version__

project = "archlint"
author = "The archlint developers"
copyright = "the archlint developers"  # noqa: A001 -- Sphinx's name
release = version = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
html_theme = "furo"
html_title = "archlint"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_style = "friendly"
pygments_dark_style = "monokai"
