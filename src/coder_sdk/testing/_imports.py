"""Makes template versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk.testing._jobs import import_outcome, import_plan, job_tags, matching, queue_job
from coder_sdk.testing._state.spec import TemplateSpec
from coder_sdk.testing._state.templates import Version
from coder_sdk.testing._terraform import read_spec, readme_of

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.users import User

_LEFT = ("brave", "calm", "eager", "gentle", "happy", "jolly", "keen", "lucid", "quiet", "swift")
_RIGHT = ("bell", "curie", "euler", "gauss", "hopper", "lovelace", "noether", "pike", "turing")


def version_name(state: Deployment) -> str:
    """A name such as the server gives to versions without one."""
    number = len(state.versions)
    left, right = _LEFT[number % len(_LEFT)], _RIGHT[number % len(_RIGHT)]
    return f"{left}_{right}{number % 100:02d}"


def add_version(  # noqa: PLR0913 - what a version is made of
    state: Deployment,
    user: User,
    organization_id: str,
    file_id: str,
    *,
    name: str = "",
    message: str = "",
    template_id: str | None = None,
    variables: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    provisioner: str = "terraform",
) -> Version:
    """Make a version and queue its import."""
    stored = state.files.get(file_id)
    spec = state.specs.get(file_id)
    readme = ""
    if spec is None:
        base = state.default_spec or TemplateSpec()
        spec = read_spec(stored.content, base) if stored else base
        readme = readme_of(stored.content) if stored else ""
    spec = spec.with_ids(state.new_id)
    version_id, given = state.new_id(), variables or {}
    full = job_tags(tags)
    job = queue_job(
        state,
        "template_version_import",
        organization_id=organization_id,
        initiator_id=user.id,
        file_id=file_id,
        inputs={"template_version_id": version_id},
        tags=full,
        plan=import_plan(),
        seconds=state.timing.import_,
        outcome=_outcome(state, spec, given),
        hangs=spec.import_hangs,
    )
    version = Version(
        id=version_id,
        organization_id=organization_id,
        name=name or version_name(state),
        created_at=state.now,
        creator=user,
        job=job,
        spec=spec,
        file_id=file_id,
        message=message,
        template_id=template_id,
        readme=readme,
        variables=given,
        provisioner=provisioner,
    )
    count = matching(state, full)
    version.matched = (count, count)
    state.versions[version.id] = version
    return version


def _outcome(
    state: Deployment, spec: TemplateSpec, given: dict[str, str]
) -> tuple[str, str] | None:
    if state.next_import_failures:
        return state.next_import_failures.popleft()
    return import_outcome(spec, given)
