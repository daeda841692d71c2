"""Export the use of a deployment to Prometheus, over the insights API.

Serves `/metrics` in the text format. However often it is scraped, the deployment is asked at most
once in `--every` seconds: insights change by the hour. When the deployment does not answer,
`coder_up` is 0 and nothing else is claimed. Latencies are summed up, so that no series stands for a
person.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may read insights and all workspaces (role
`owner`, or `auditor` with `template-admin`). Any edition; nothing but this package.

Usage:
    python examples/metrics_exporter.py --port 9099
    python examples/metrics_exporter.py --once > coder.prom
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from threading import Lock
from typing import Final

from coder_sdk import Client, CoderError, ConfigError, Window

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
HELP: Final = {
    "coder_up": "Whether the deployment answered.",
    "coder_info": "Version of the deployment.",
    "coder_workspaces": "Workspaces by template and status.",
    "coder_workspaces_daily_cost": "Credits that the workspaces of a template use a day.",
    "coder_users": "Users by status.",
    "coder_active_users": "Users who were active in the last seven days.",
    "coder_app_usage_seconds": "Use of an application in the last seven days.",
    "coder_user_latency_p50_milliseconds": "Median of the users' median latencies.",
    "coder_user_latency_p95_milliseconds": "Highest 95th percentile of a user's latency.",
}
Sample = tuple[str, Mapping[str, str], float]


def samples(coder: Client) -> Iterator[Sample]:
    """Yield every number, by name and labels."""
    yield "coder_info", {"version": coder.buildinfo().version}, 1
    workspaces = coder.workspaces.list().to_list()
    states = Counter((each.template_name, str(each.latest_build.status)) for each in workspaces)
    for (template, status), count in sorted(states.items()):
        yield "coder_workspaces", {"template": template, "status": status}, count
    for template in sorted({template for template, _ in states}):
        builds = (each.latest_build for each in workspaces if each.template_name == template)
        cost = sum(build.daily_cost for build in builds)
        yield "coder_workspaces_daily_cost", {"template": template}, cost
    users = Counter(str(user.status) for user in coder.users.list())
    for status, count in sorted(users.items()):
        yield "coder_users", {"status": status}, count
    week = Window.last(days=7, include_today=True)
    usage = coder.insights.templates(week).total
    yield "coder_active_users", {}, usage.active_users
    for app in sorted(usage.apps_usage, key=lambda app: (app.slug, app.type)):
        yield "coder_app_usage_seconds", {"app": app.slug, "type": str(app.type)}, app.seconds
    latencies = [user.latency_ms for user in coder.insights.user_latency(week).total.users]
    if latencies:
        yield "coder_user_latency_p50_milliseconds", {}, median(each.p50 for each in latencies)
        yield "coder_user_latency_p95_milliseconds", {}, max(each.p95 for each in latencies)


def escaped(value: str) -> str:
    """A label's value as the text format has it."""
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def rendered(found: Sequence[Sample]) -> str:
    """The text format: the samples of one name together, behind what they mean."""
    lines: list[str] = []
    for name, meaning in HELP.items():
        if not (mine := [sample for sample in found if sample[0] == name]):
            continue
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        for _, labels, value in mine:
            pairs = ",".join(f'{key}="{escaped(text)}"' for key, text in labels.items())
            lines.append(f"{name}{{{pairs}}} {value:.15g}" if pairs else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


class Exporter:
    """Asks the deployment now and then, and has the answer at hand."""

    def __init__(self, coder: Client, every: float) -> None:
        self._coder = coder
        self._every = every
        self._lock = Lock()
        self._text = ""
        self._until = 0.0

    def collect(self) -> str:
        """Return the metrics, which are `every` seconds old at most."""
        with self._lock:  # several scrapers at once ask the deployment once
            if not self._text or time.monotonic() >= self._until:
                self._text = self._asked()
                self._until = time.monotonic() + self._every
            return self._text

    def _asked(self) -> str:
        try:
            return rendered([("coder_up", {}, 1), *samples(self._coder)])
        except CoderError as error:
            print("metrics_exporter:", *str(error).splitlines(), file=sys.stderr)
            return rendered([("coder_up", {}, 0)])


def make_server(exporter: Exporter, host: str, port: int) -> ThreadingHTTPServer:
    """Make the server; port 0 is any that is free."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = exporter.collect().encode() if found else b"The metrics are at /metrics.\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
            """Say nothing of each scrape."""

    return ThreadingHTTPServer((host, port), Handler)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9099)
    parser.add_argument("--every", type=float, default=300, help="seconds between two questions")
    parser.add_argument("--once", action="store_true", help="print the metrics and end")
    options = parser.parse_args(argv)
    try:
        with Client(app_name="metrics-exporter") as coder:
            exporter = Exporter(coder, options.every)
            if options.once:
                text = exporter.collect()
                print(text, end="")
                return 0 if "coder_up 1" in text else 1
            with make_server(exporter, options.host, options.port) as server:
                print(f"http://{options.host}:{server.server_port}/metrics", file=sys.stderr)
                server.serve_forever()
    except ConfigError as error:
        print("metrics_exporter:", *str(error).splitlines(), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"metrics_exporter: {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
