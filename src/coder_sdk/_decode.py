"""From a body to the type that a builder promises.

The type is the builder's own return annotation, evaluated once, when the first answer arrives:
only then are the models imported that it names, and pydantic with them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._model_list import ModelList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

_EMPTY: Final = object()


class ModelNames(dict[str, Any]):
    """Namespace of annotations: the names of a package's `models` come first, loaded on demand."""

    def __init__(self, models: ModuleType | None) -> None:
        super().__init__()
        self._models = models

    def __missing__(self, name: str) -> Any:
        models = self._models
        if models is None:
            raise KeyError(name)
        if name in {"models", "m"}:
            return models
        if name not in models.__all__:
            raise KeyError(name)
        value = self[name] = getattr(models, name)
        return value


def models_of(module: str) -> ModuleType | None:
    """The `models` package beside the package of a module, or beside one of its parents."""
    from importlib import import_module  # noqa: PLC0415 - needed with the first answer only
    from importlib.util import find_spec  # noqa: PLC0415

    package = module.rpartition(".")[0]
    while package:
        name = f"{package}.models"
        if name in sys.modules or find_spec(name) is not None:
            return import_module(name)
        package = package.rpartition(".")[0]
    return None


class Decoder:
    """Decodes bodies into one type."""

    __slots__ = (
        "_adapter",
        "_empty_list",
        "_is_list",
        "annotation",
        "is_bytes",
        "is_none",
        "is_text",
    )

    def __init__(self, annotation: Any) -> None:
        self.annotation: Any = annotation
        self.is_none: bool = annotation is None or annotation is type(None)
        self.is_bytes: bool = annotation is bytes
        self.is_text: bool = annotation is str
        origin = getattr(annotation, "__origin__", annotation)
        # A server written in Go writes an empty list or map of the top level as `null`.
        empty: dict[Any, Any] = {list: self._listed, dict: dict}
        self._empty_list: Any = empty.get(origin)
        self._is_list = origin is list
        self._adapter: Any = None

    @property
    def adapter(self) -> Any:
        """The pydantic adapter, built with the first body."""
        if self._adapter is None:
            from pydantic import TypeAdapter  # noqa: PLC0415 - 43 ms

            self._adapter = TypeAdapter(self.annotation)
        return self._adapter

    @property
    def accepts_nothing(self) -> bool:
        """Whether `None` is a value of the type."""
        if self.is_none or self.annotation is Any or self._empty_list is not None:
            return True
        return type(None) in getattr(self.annotation, "__args__", ())

    def nothing(self) -> Any:
        """What an answer without a body means."""
        return None if self._empty_list is None else self._empty_list()

    def json(self, body: bytes | str) -> Any:
        """Decode JSON; pydantic's own `ValidationError` tells what does not fit."""
        if self._empty_list is not None and len(body) < 16 and body.strip() in {b"null", "null"}:  # noqa: PLR2004 - only a short body can be `null`
            return self._empty_list()
        value = self.adapter.validate_json(body)
        return self._listed(value) if self._is_list else value

    def python(self, value: Any) -> Any:
        """Decode what was parsed already."""
        if value is None and self._empty_list is not None:
            return self._empty_list()
        found = self.adapter.validate_python(value)
        return self._listed(found) if self._is_list else found

    def _listed(self, items: Iterable[Any] = ()) -> ModelList[Any]:
        """A list that knows of what it is."""
        return ModelList(items, model=next(iter(getattr(self.annotation, "__args__", ())), None))


class ResponseTypes:
    """The types between the brackets of a builder's return annotation, as decoders."""

    __slots__ = ("_builder", "_decoders", "_models")

    def __init__(self, builder: Callable[..., Any] | None, *annotations: Any) -> None:
        self._builder = builder
        self._decoders: tuple[Decoder, ...] | None = (
            tuple(Decoder(annotation) for annotation in annotations) if annotations else None
        )
        self._models: Any = _EMPTY

    @property
    def models(self) -> ModuleType | None:
        """The `models` package that the annotations and the bodies of requests refer to."""
        if self._models is _EMPTY:
            self._models = models_of(self._builder.__module__ if self._builder else __name__)
        models: ModuleType | None = self._models
        return models

    @property
    def operations(self) -> dict[str, tuple[Any, ...]]:
        """Which release has which operation: the generated table of the package, if it has one."""
        table: dict[str, tuple[Any, ...]] = self._table("_operations", "OPERATIONS")
        return table

    @property
    def secrets(self) -> dict[str, tuple[str, ...]]:
        """Names of the secrets of each operation, likewise."""
        table: dict[str, tuple[str, ...]] = self._table("_secrets", "SECRETS")
        return table

    def _table(self, module: str, name: str) -> Any:
        from importlib import import_module  # noqa: PLC0415 - needed for a few errors only

        models = self.models
        if models is None:
            return {}
        package = models.__name__.rpartition(".")[0]
        try:
            return getattr(import_module(f"{package}.resources.{module}"), name)
        except ModuleNotFoundError:
            return {}

    def evaluate(self, expression: str) -> Any:
        """Evaluate an annotation of this package."""
        builder: Any = self._builder
        # A deprecated method is wrapped: its annotation speaks of its own module all the same.
        while hasattr(builder, "__wrapped__"):
            builder = builder.__wrapped__
        names: dict[str, Any] = {} if builder is None else builder.__globals__
        return eval(expression, names, ModelNames(self.models))  # noqa: S307 - our own annotation

    def _load(self) -> tuple[Decoder, ...]:
        builder = self._builder
        annotation = builder.__annotations__["return"] if builder is not None else "Any[object]"
        _, _, inner = annotation.partition("[")
        types = self.evaluate(f"({inner[:-1]},)")
        self._decoders = tuple(Decoder(item) for item in types)
        return self._decoders

    @property
    def body(self) -> Decoder:
        """The first type: that of the whole body, or of a frame."""
        decoders = self._decoders
        return (self._load() if decoders is None else decoders)[0]

    @property
    def last(self) -> Decoder:
        """The last type: that of an item of a page, or of what a socket receives."""
        decoders = self._decoders
        return (self._load() if decoders is None else decoders)[-1]
