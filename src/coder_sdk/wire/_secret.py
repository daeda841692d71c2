"""A string that is not shown by accident."""

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from coder_sdk._errors.base import RequestValidationError

__all__ = ["Secret"]

_MASK = "**********"


class Secret:
    """A token, password or key: masked where it is printed, whole where it is sent.

    `repr`, `str` and `format` show a mask; dumps to JSON and pickles keep the value. Methods and
    models that ask for a secret take a plain string as well.

    Args:
        value: The secret itself.

    Raises:
        RequestValidationError: It is no text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: "str | Secret") -> None:
        # The type is checked as typed callers cannot be trusted to be typed.
        if not isinstance(value, (str, Secret)):
            raise RequestValidationError(f"A secret has to be a text, not {type(value).__name__}.")
        self._value: str = value.get_secret_value() if isinstance(value, Secret) else value

    def get_secret_value(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})" if self._value else "Secret('')"

    def __str__(self) -> str:
        return _MASK if self._value else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        return Secret, (self._value,)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.str_schema()
        decoded = core_schema.no_info_after_validator_function(cls, text)
        given = core_schema.union_schema(
            [core_schema.is_instance_schema(cls), decoded], mode="left_to_right"
        )
        return core_schema.json_or_python_schema(
            json_schema=decoded,
            python_schema=given,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.get_secret_value, return_schema=text, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler(core_schema.str_schema())
        described.update(format="password", writeOnly=True)
        return described
