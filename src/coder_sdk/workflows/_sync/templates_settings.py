# Derived from `src/coder_sdk/workflows/_async/templates_settings.py`
# by `python -m codegen colours`; edit that file.
"""Sets what a template allows and when its workspaces stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._request import OMIT, Omit, Seconds
from coder_sdk.workflows._differences import differences, verify
from coder_sdk.workflows._given import several
from coder_sdk.workflows._spans import span
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._finding import read_template
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.templates import template_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coder_sdk._refs import TemplateRef
    from coder_sdk.models import Template

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Span = Seconds | Omit | None
"""A length of time; `None` takes the setting away."""


class TemplateSettings(SyncResource):
    """Settings of templates."""

    def set_settings(
        self,
        template: TemplateRef,
        *,
        name: str | Omit = OMIT,
        display_name: str | Omit = OMIT,
        description: str | Omit = OMIT,
        icon: str | Omit = OMIT,
        default_ttl: Span = OMIT,
        activity_bump: Span = OMIT,
        failure_ttl: Span = OMIT,
        time_til_dormant: Span = OMIT,
        time_til_dormant_autodelete: Span = OMIT,
        time_til_autostop_notify: Span = OMIT,
        autostop_days: Iterable[Day] | Omit = OMIT,
        autostop_weeks: int | Omit = OMIT,
        autostart_days: Iterable[Day] | Omit = OMIT,
        allow_user_autostart: bool | Omit = OMIT,
        allow_user_autostop: bool | Omit = OMIT,
        allow_user_cancel_workspace_jobs: bool | Omit = OMIT,
        require_active_version: bool | Omit = OMIT,
        max_port_share_level: Literal["owner", "authenticated", "organization", "public"]
        | Omit = OMIT,
        cors_behavior: Literal["simple", "passthru"] | Omit = OMIT,
        use_classic_parameter_flow: bool | Omit = OMIT,
        disable_module_cache: bool | Omit = OMIT,
        deprecation_message: str | Omit | None = OMIT,
        only_if: Callable[[Template], object] | None = None,
    ) -> Outcome[Template]:
        """Set what a template allows and when its workspaces stop; written only on a difference.

        A deployment without the licence for a setting accepts it and drops it without a word; here
        that is an error.

        Args:
            template: The template: a model, a UUID, `name`, or `organization/name`.
            name: Another name.
            display_name: Title.
            description: What it is for.
            icon: Address of its picture.
            default_ttl: After what time workspaces stop; `None` for never.
            activity_bump: By how much activity puts that off; `None` for not at all.
            failure_ttl: After what time a failed workspace is stopped; `None` for never.
            time_til_dormant: After what time without use a workspace is dormant; `None` for never.
            time_til_dormant_autodelete: After what time a dormant workspace is deleted; `None` for
                never.
            time_til_autostop_notify: How long before a stop its owner is told; `None` for not.
            autostop_days: Days on which workspaces have to stop.
            autostop_weeks: Every how many weeks they have to.
            autostart_days: Days on which workspaces may start by themselves.
            allow_user_autostart: Whether users choose when their workspaces start.
            allow_user_autostop: Whether users choose when their workspaces stop.
            allow_user_cancel_workspace_jobs: Whether users may cancel builds.
            require_active_version: Whether workspaces have to use the active version.
            max_port_share_level: How far ports may be shared.
            cors_behavior: What applications answer to requests of other origins.
            use_classic_parameter_flow: Whether parameters are those of the import only.
            disable_module_cache: Whether modules are fetched for every build.
            deprecation_message: Why it should not be used any more; `None` if it may.
            only_if: Called with the template as just read; it is skipped unless that returns true.

        Returns:
            The template, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took a setting and did not keep it.

        Example:
            >>> from datetime import timedelta
            >>> coder.templates.set_settings(
            ...     "docker", default_ttl=timedelta(hours=8), failure_ttl=None
            ... )  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/templates#update-template-settings-by-id
        """
        if not isinstance(name, Omit):
            check_name(name, "template")
        wanted: dict[str, Any] = {
            "name": name,
            "display_name": display_name,
            "description": description,
            "icon": icon,
            "default_ttl_ms": _milliseconds("default_ttl", default_ttl),
            "activity_bump_ms": _milliseconds("activity_bump", activity_bump),
            "failure_ttl_ms": _milliseconds("failure_ttl", failure_ttl),
            "time_til_dormant_ms": _milliseconds("time_til_dormant", time_til_dormant),
            "time_til_dormant_autodelete_ms": _milliseconds(
                "time_til_dormant_autodelete", time_til_dormant_autodelete
            ),
            "time_til_autostop_notify_ms": _milliseconds(
                "time_til_autostop_notify", time_til_autostop_notify
            ),
            "allow_user_autostart": allow_user_autostart,
            "allow_user_autostop": allow_user_autostop,
            "allow_user_cancel_workspace_jobs": allow_user_cancel_workspace_jobs,
            "require_active_version": require_active_version,
            "max_port_share_level": max_port_share_level,
            "cors_behavior": cors_behavior,
            "use_classic_parameter_flow": use_classic_parameter_flow,
            "disable_module_cache": disable_module_cache,
            "deprecation_message": "" if deprecation_message is None else deprecation_message,
        }
        if not isinstance(autostop_days, Omit):
            autostop_days = several("autostop_days", autostop_days)
        if not isinstance(autostart_days, Omit):
            autostart_days = several("autostart_days", autostart_days)
        found = self._client.templates.get((read_template(self._client, template)).id)
        skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        _add_days(wanted, found, autostop_days, autostop_weeks, autostart_days)
        changes = differences(found, wanted)
        if not changes:
            return Outcome(found, "unchanged")
        # Servers differ in whether they take what is missing for empty, so all of it is sent.
        body = {**template_body(found), **changes}
        fresh = self._client.templates.update(found.id, **body)
        verify(fresh, changes, f"of the template `{found.name}`")
        return Outcome(fresh, "updated")


def _milliseconds(name: str, value: Span) -> int | Omit:
    """A time as the server has it.

    Raises:
        RequestValidationError: It is negative, or no length of time.
    """
    time = span(name, value)
    if isinstance(time, Omit):
        return time
    number = 0 if time is None else round(time / timedelta(milliseconds=1))
    if number < 0:
        raise RequestValidationError(f"`{name}` is {time}: it cannot be negative.", parameter=name)
    return number


def _add_days(
    wanted: dict[str, Any],
    found: Template,
    autostop_days: Iterable[Day] | Omit,
    autostop_weeks: int | Omit,
    autostart_days: Iterable[Day] | Omit,
) -> None:
    stop: dict[str, Any] = {
        "days_of_week": list(found.autostop_requirement.days_of_week),
        "weeks": found.autostop_requirement.weeks,
    }
    if not isinstance(autostop_days, Omit):
        stop["days_of_week"] = list(autostop_days)
    if not isinstance(autostop_weeks, Omit):
        stop["weeks"] = autostop_weeks
    wanted["autostop_requirement"] = stop
    if not isinstance(autostart_days, Omit):
        wanted["autostart_requirement"] = {"days_of_week": list(autostart_days)}
