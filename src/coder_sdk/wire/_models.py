"""The bases of the models: lenient and frozen for answers, strict for requests."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails

__all__ = ["CaseInsensitiveModel", "RequestModel", "ResponseModel"]


class ResponseModel(BaseModel):
    """What the server answers: unknown keys are kept, values are frozen.

    Decoding keeps keys that this release does not know (`model_extra`). The constructor does not
    take them: there an unknown keyword is a slip of the pen.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        protected_namespaces=(),
    )

    if not TYPE_CHECKING:  # Checkers derive the signature from the fields.

        def __init__(self, /, **data: Any) -> None:
            unknown = [name for name in data if not _is_field(type(self), name)]
            if unknown:
                raise _unexpected(type(self), unknown)
            super().__init__(**data)

        # Pydantic's core calls a constructor of one's own for every nested object. With the mark
        # of its own constructor it does not: decoding stays inside the core.
        __init__.__pydantic_base_init__ = True


class RequestModel(BaseModel):
    """What is sent: unknown names are errors, and what was not set is not sent.

    The server ignores unknown keys silently, so they are refused here. A field that is `None`
    is sent as `null`; a field that was not given is left out (dump with `exclude_unset`).
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
        protected_namespaces=(),
        validate_assignment=True,
    )


class CaseInsensitiveModel(ResponseModel):
    """An answer whose keys may come in another case, as Go's decoder allows.

    For types of libraries below Coder whose Go fields have no JSON names.
    """

    @model_validator(mode="before")
    @classmethod
    def _spell_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        keys: dict[str, Any] = data
        names = [field.alias or name for name, field in cls.model_fields.items()]
        exact = {*names, *cls.model_fields}
        known = {name.lower(): name for name in names}
        return {
            key if key in exact else known.get(key.lower(), key): value
            for key, value in keys.items()
        }


def _is_field(model: type[BaseModel], name: str) -> bool:
    fields = model.model_fields
    return name in fields or any(field.alias == name for field in fields.values())


def _unexpected(model: type[BaseModel], names: list[str]) -> ValidationError:
    details = [
        InitErrorDetails(type="extra_forbidden", loc=(name,), input="(hidden)") for name in names
    ]
    return ValidationError.from_exception_data(model.__name__, details, hide_input=True)
