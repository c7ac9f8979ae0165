"""`python -m archlint`, and the entry point of the installed command."""

import gc

from archlint.cli import archlint


def main() -> None:
    """Run the command line.

    Facts and answers stay to the end, and are no garbage to look for: that would take a tenth of the time.
    """
    gc.disable()
    archlint(prog_name="archlint")


if __name__ == "__main__":
    main()
