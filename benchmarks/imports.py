"""CPU time and memory of `import coder_sdk` and of a first call, as ratios to `import httpx`.

The time of `import coder_sdk` includes that of httpx, which the package leaves to its first use.

Usage:
    python benchmarks/imports.py [RUNS]
"""

from __future__ import annotations

import platform
import statistics
import sys

from isolated import (
    count_modules,
    interleaved,
    make_environment,
    peak_memory,
    remove_environment,
)

FIRST_CALL = """
import httpx
from coder_sdk import Client
USER = {
    "id": "0718fed8-72a1-410d-ba1a-d8752bebda43", "username": "admin", "email": "a@example.com",
    "name": "", "avatar_url": "", "created_at": "2026-11-22T21:11:00.025892Z",
    "updated_at": "2026-11-22T21:11:00.025892Z", "last_seen_at": "2026-11-22T21:11:00.025892Z",
    "status": "active", "login_type": "password", "theme_preference": "",
    "organization_ids": [], "roles": [],
}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=USER))
http_client = httpx.Client(transport=transport, verify=False)
with Client("http://127.0.0.1:3000", token="t", http_client=http_client) as coder:
    assert coder.users.get("me").username == "admin"
"""
CODES = {
    "nothing": "pass",
    "import httpx": "import httpx",
    "import coder_sdk": "import coder_sdk, httpx",
    "from coder_sdk import Client": "import httpx; from coder_sdk import Client",
    "first call": FIRST_CALL,
}
GOALS = {"import coder_sdk": 1.03, "from coder_sdk import Client": 1.03, "first call": 2.3}
MEMORY_GOAL = 1.1


def main() -> None:
    """Print the ratios of whole processes, and those without the bare interpreter."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    python = make_environment()
    try:
        found = interleaved(python, CODES, runs)
        modules = {name: count_modules(python, CODES[name]) for name in GOALS}
        memory = {name: peak_memory(python, CODES[name]) for name in ("import httpx", *GOALS)}
    finally:
        remove_environment(python)
    best = {name: min(seconds) for name, seconds in found.items()}
    bare, unit = best["nothing"], best["import httpx"]
    print(
        f"{runs} rounds of processes in turn, Python {platform.python_version()}; least CPU time:"
    )
    print(f"bare interpreter {bare * 1e3:.1f} ms, import httpx {unit * 1e3:.1f} ms of CPU")
    for name, goal in GOALS.items():
        rounds = zip(found[name], found["import httpx"], strict=True)
        middle = statistics.median(own / other for own, other in rounds)
        net = (best[name] - bare) / (unit - bare)
        print(
            f"{name}: {best[name] / unit:.3f} x import httpx (goal {goal}); "
            f"median of rounds {middle:.3f}; without the interpreter {net:.3f}; "
            f"{modules[name]} modules of ours"
        )
    ratio = memory["from coder_sdk import Client"] / memory["import httpx"]
    print(f"memory after the import: {ratio:.3f} x import httpx (goal {MEMORY_GOAL})")


if __name__ == "__main__":
    main()
