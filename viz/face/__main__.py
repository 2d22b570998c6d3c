"""`python -m chalkgrad` is the `chalkgrad` command."""

import sys

from .viz.command.cli import main

sys.exit(main())
