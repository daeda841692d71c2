"""CPU time of `import coder_sdk` and of a first call, as ratios to `import httpx`.

Usage:
    python benchmarks/imports.py [RUNS]
"""

from __future__ import annotations

import sys

from isolated import interleaved, make_environment, remove_environment

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
with Client("http://127.0.0.1:3000", token="t", http_client=httpx.Client(transport=transport, verify=False)) as coder:
    assert coder.users.get("me").username == "admin"
"""
CODES = {
    "nothing": "pass",
    "import httpx": "import httpx",
    "import coder_sdk": "import coder_sdk",
    "from coder_sdk import Client": "from coder_sdk import Client",
    "first call": FIRST_CALL,
}
GOALS = {"import coder_sdk": 1.03, "from coder_sdk import Client": 1.03, "first call": 2.3}


def main() -> None:
    """Print the ratios, each as (process - bare interpreter) / (import httpx - bare interpreter)."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    python = make_environment()
    try:
        best = interleaved(python, CODES, runs)
    finally:
        remove_environment(python)
    bare = best["nothing"]
    unit = best["import httpx"]
    print(f"bare interpreter {bare * 1e3:.1f} ms, import httpx {unit * 1e3:.1f} ms (CPU, whole process)")
    for name, goal in GOALS.items():
        ratio = best[name] / unit
        net = (best[name] - bare) / (unit - bare)
        print(f"{name}: {ratio:.3f} x import httpx (goal {goal}); without the interpreter {net:.3f}")


if __name__ == "__main__":
    main()
