"""`python -m coder_sdk`: who am I, what is wrong, where settings come from, which method it is."""

from __future__ import annotations

import sys

from coder_sdk._cli import main

if __name__ == "__main__":
    sys.exit(main())
