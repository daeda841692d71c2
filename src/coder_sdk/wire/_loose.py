"""The bases of what is not described, and of what comes in any spelling; few models need them."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import ConfigDict, RootModel, model_validator

from coder_sdk.wire._models import ResponseModel

__all__ = ["CaseInsensitiveModel", "OpaqueModel"]


class OpaqueModel(RootModel[Any]):
    """A value whose fields the documentation does not describe.

    Any JSON decodes and is kept in `root`; the keys of an object are attributes as well.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, hide_input_in_errors=True)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            fields = self.__dict__.get("root")
            if isinstance(fields, dict) and name in fields:
                return fields[name]
            return super().__getattr__(name)

    else:

        def __getattr__(self, name: str) -> Any: ...


class CaseInsensitiveModel(ResponseModel):
    """An answer whose keys may come in another case, as Go's decoder allows.

    For types of libraries below Coder whose Go fields have no JSON names.
    """

    @model_validator(mode="before")
    @classmethod
    def _spell_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        keys = cast("dict[str, Any]", data)
        names = [field.alias or name for name, field in cls.model_fields.items()]
        exact = {*names, *cls.model_fields}
        known = {name.lower(): name for name in names}
        return {
            key if key in exact else known.get(key.lower(), key): value
            for key, value in keys.items()
        }
