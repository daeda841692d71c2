"""One OpenTelemetry span for every call, with the optional package `opentelemetry-api`."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import ConfigError
from coder_sdk._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coder_sdk._redact import Redactor
    from coder_sdk._request import Request
    from coder_sdk._response import Answer


def load() -> Any:
    """The tracing interface.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return import_module("opentelemetry.trace")
    except ImportError:
        raise ConfigError("`tracing=True` needs the extra `otel`.") from None


@contextmanager
def span(
    request: Request[Any], redactor: Redactor
) -> Generator[Callable[[Answer], None], None, None]:
    """Record a call: its operation, its answer, its error; never an address or a body."""
    trace = load()
    tracer = trace.get_tracer("coder_sdk", __version__)
    attributes = {
        "http.request.method": request.method,
        "url.template": request.path_template,
    }
    with tracer.start_as_current_span(
        request.operation,
        kind=trace.SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:

        def record(answer: Answer) -> None:
            current.set_attribute("http.response.status_code", answer.status)
            current.set_attribute("http.request.resend_count", answer.tries - 1)

        try:
            yield record
        except Exception as error:
            status = getattr(error, "status", None)
            if status is not None:
                current.set_attribute("http.response.status_code", status)
            current.set_attribute("error.type", type(error).__qualname__)
            text = redactor.text(str(error))
            current.set_status(trace.Status(trace.StatusCode.ERROR, text))
            raise
