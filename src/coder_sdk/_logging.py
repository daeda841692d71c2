"""One line for every try, in the logger `coder_sdk.http`; never a secret, never a body."""

from __future__ import annotations

from logging import DEBUG, INFO, getLogger

__all__ = ["DEBUG", "INFO", "log_try", "logger"]

logger = getLogger("coder_sdk.http")


def log_try(  # noqa: PLR0913 - the parts of the line
    method: str,
    url: str,
    *,
    status: int | None,
    elapsed: float,
    number: int,
    request_id: str | None = None,
    error: Exception | None = None,
    retry: str = "",
    delay: float = 0.0,
) -> None:
    """Write the line: at `INFO` if the try is repeated, else at `DEBUG`."""
    level = INFO if retry else DEBUG
    if not logger.isEnabledFor(level):
        return
    outcome = str(status) if error is None or status is not None else type(error).__name__
    parts = [f"{method} {url} -> {outcome} in {elapsed * 1000:.0f} ms"]
    if number > 1:
        parts.append(f"try {number}")
    if request_id:
        parts.append(f"request {request_id}")
    if retry:
        parts.append(f"{retry}, again in {delay:.2f} s")
    logger.log(level, "%s", ", ".join(parts))
