"""Tests with the tools of others: SARIF validators and viewers from npm, pre-commit, a browser, Neovim.

They are left out of a plain `pytest`; `pytest -m outside` runs them. They need npm and the package registries, and
some of them Chromium (`apt-get install chromium`).
"""
