"""`python -m archlint`, and the entry point of the installed command."""

from archlint.cli import archlint


def main() -> None:
    """Run the command line."""
    archlint(prog_name="archlint")


if __name__ == "__main__":
    main()
