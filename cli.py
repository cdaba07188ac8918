"""Launcher for a checkout: ``python cli.py derive …`` runs the symgrad that lies beside this file."""

import os.path  # pathlib would cost 5 ms of start-up
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120

from symgrad.cli import main

if __name__ == "__main__":
    sys.exit(main())
