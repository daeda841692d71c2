"""One OpenTelemetry span for every call, with the optional package `opentelemetry-api`."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import ConfigError
from coder_sdk._version import __version__

if TYPE_CHECKING:
    from collections.abc import Generator

    from coder_sdk._call import Call


def load() -> Any:
    """The tracing interface.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return import_module("opentelemetry.trace")
    except ImportError:
        hint = "Run `pip install 'coder-sdk[otel]'`."
        raise ConfigError("`tracing=True` needs the extra `otel`.", hint=hint) from None


class Span:
    """Records a call: its operation, its answer, its error; never an address or a body."""

    __slots__ = ("_call", "_span", "_trace")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._trace = load()
        request, text = call.request, call.redactor.text
        self._span: Any = self._trace.get_tracer("coder_sdk", __version__).start_span(
            text(request.operation),
            kind=self._trace.SpanKind.CLIENT,
            attributes={
                "http.request.method": request.method,
                "url.template": text(request.path_template),
            },
        )

    @contextmanager
    def until_answered(self, *, stays_open: bool) -> Generator[None, None, None]:
        """Be the current span while a call is tried, and end with it unless it stays open."""
        try:
            with self._trace.use_span(
                self._span, record_exception=False, set_status_on_exception=False
            ):
                yield
        except BaseException as error:
            self.end(error)
            raise
        if not stays_open:
            self.end()

    def end(self, error: BaseException | None = None) -> None:
        """End the span, by an error or well."""
        span, call = self._span, self._call
        if call.status is not None:
            span.set_attribute("http.response.status_code", call.status)
        span.set_attribute("http.request.resend_count", max(call.number - 1, 0))
        if error is not None:
            span.set_attribute("error.type", type(error).__qualname__)
            text = call.redactor.text(str(error))
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, text))
        span.end()
