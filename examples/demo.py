"""The whole main job: a template, three workspaces at once, a command, a plot, then all deleted.

With `CODER_URL` and `CODER_SESSION_TOKEN` set, this happens on that deployment (the template needs
Docker there). Without `CODER_URL` it happens on a fake deployment in this process, where nothing
sleeps.

Needs: `pip install 'coder-sdk[rich,pandas]' matplotlib`.

Usage:
    python examples/demo.py [--plot FILE] [--keep]
"""

# pandas and matplotlib tell checkers only a part of their types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Generator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from coder_sdk import BulkReport, Client, CoderError, ConfigError, Window

if TYPE_CHECKING:
    from coder_sdk.models import Workspace
    from coder_sdk.testing import FakeCoder

TEMPLATE = "sdk-demo"
SOURCES = Path(__file__).parent / "templates" / "docker"
NAMES = ["demo-one", "demo-two", "demo-three"]
SATURDAY = 5
COLOURS = ["cyan", "magenta", "yellow"]

console = Console(highlight=False, soft_wrap=True)


@contextlib.contextmanager
def deployment() -> Generator[Client]:
    """Yield a client of the deployment that `CODER_URL` names, else of a fake one."""
    if os.environ.get("CODER_URL"):
        with Client(app_name="coder-sdk-demo") as coder:
            yield coder
        return
    from coder_sdk.testing import FakeCoder  # noqa: PLC0415 - needed without a deployment only

    with FakeCoder() as fake:
        make_a_past(fake)
        with fake.client() as coder:
            yield coder


def make_a_past(fake: FakeCoder) -> None:
    """Give the fake deployment a template and a month in which people used it on working days."""
    fake.add_template("docker")
    people = [f"user{number:02}" for number in range(1, 10)]
    for person in people:
        fake.add_user(person)
    for days in range(1, 31):
        day = fake.clock.now() - timedelta(days=days)
        at_work = people[: 4 + days * 7 % 5] if day.weekday() < SATURDAY else people[: days % 2]
        for person in at_work:
            fake.add_usage(person, template="docker", moment=day)


def say(text: str) -> None:
    """Print what comes next."""
    console.print(f"[bold green]>[/] {text}")


def prefixed(name: str) -> Callable[[object], None]:
    """Make a function that prints log lines behind the name of their workspace."""
    colour = COLOURS[NAMES.index(name)]

    def show(line: object) -> None:
        console.print(f"  [{colour}]{name:<10}[/]", str(line), markup=True)

    return show


def push(coder: Client) -> None:
    """Push the template, or find that it is there already."""
    say(f"Pushing the template `{TEMPLATE}` from {SOURCES.name}/")
    version, action = coder.templates.push(
        f"default/{TEMPLATE}", directory=SOURCES, on_log=lambda line: console.print("  ", str(line))
    )
    console.print(f"  {action}: version [bold]{version.name}[/]")


def provision(coder: Client) -> BulkReport[str, Workspace]:
    """Bring three workspaces up at once, with live logs and progress."""
    say(f"Provisioning {', '.join(NAMES)} at once")
    report = coder.bulk(
        lambda name: coder.workspaces.provision(
            f"me/{name}", template=TEMPLATE, parameters={"cpu": 4}, on_log=prefixed(name)
        ),
        NAMES,
        concurrency=len(NAMES),
        progress=True,
    )
    console.print(f"  {report.summary()}")
    report.raise_on_error()
    return report


def run_command(coder: Client) -> None:
    """Run a command in each workspace."""
    for name in NAMES:
        result = coder.workspaces.run(f"me/{name}", "echo hello from; pwd", timeout=120)
        say(f"In {name}: {result.output.strip()!r} (exit status {result.returncode})")
        result.check()


def plot(coder: Client, file: Path) -> None:
    """Save how much the templates were used on each of the last 30 days."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only this step needs

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of its backend

    window = Window.last(days=30)
    frame = coder.insights.templates(window, interval="day").to_frame()
    figure, axes = plt.subplots(figsize=(9, 3.5), layout="constrained")
    axes.bar(frame["start"], frame["active_users"], width=0.8, color="#4051b5")
    axes.set_title("Active users a day")
    axes.set_ylabel("users")
    axes.set_ylim(bottom=0)
    figure.autofmt_xdate()
    figure.savefig(file, dpi=120)
    plt.close(figure)
    say(f"Saved the insights to {file}")


def clean_up(coder: Client) -> None:
    """Delete the workspaces and the template."""
    say("Deleting everything that was made")
    made = coder.workspaces.list(owner="me", template=TEMPLATE)
    report = coder.bulk(coder.workspaces.delete, made, progress=True)
    console.print(f"  {report.summary()}")
    report.raise_on_error()
    coder.templates.delete(f"default/{TEMPLATE}")
    console.print(f"  template {TEMPLATE}: deleted")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; return 1 if a part of it failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--plot", type=Path, default=Path("demo-insights.png"), metavar="FILE")
    parser.add_argument("--keep", action="store_true", help="do not delete what was made")
    options = parser.parse_args(argv)
    try:
        with deployment() as coder:
            show(coder, options)
    except CoderError as error:
        print("demo:", *str(error).splitlines(), sep="\n  ", file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt as error:
        report = getattr(error, "report", None)
        console.print(f"Interrupted: {report.summary() if report else 'cleaned up'}")
        return 130
    return 0


def show(coder: Client, options: argparse.Namespace) -> None:
    """Do one step after the other, and remove what was made, whatever happens."""
    version = coder.buildinfo().version
    say(f"{coder.users.get('me').username} on Coder {version} at {coder.url}")
    push(coder)
    try:
        provision(coder)
        run_command(coder)
        plot(coder, options.plot)
    finally:
        if not options.keep:
            clean_up(coder)


if __name__ == "__main__":
    sys.exit(main())
