r"""Serve workspaces on demand: a small web service in front of a deployment.

    PUT    /workspaces/{owner}/{name}   have it run; JSON body {"template": …, "parameters": {…}}
    GET    /workspaces/{owner}/{name}   how far it is
    DELETE /workspaces/{owner}/{name}   delete it

Nothing waits: `PUT` answers at once, 201 or 200, and `GET` tells when it is ready. Asking twice
makes one workspace. Callers show the service's own secret as `Authorization: Bearer …`, and never
see the token of the deployment.

Needs: `CODER_URL`, a `CODER_SESSION_TOKEN` that may create workspaces for others (role `owner` or
`organization-admin`), and `SERVICE_SECRET`; `pip install starlette uvicorn`. Any edition.

Usage:
    SERVICE_SECRET=… python examples/provision_service.py --port 8080
    curl -X PUT -H "Authorization: Bearer $SERVICE_SECRET" -d '{"template": "docker"}' \
        http://127.0.0.1:8080/workspaces/ada/dev
"""

from __future__ import annotations

import argparse
import contextlib
import hmac
import os
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from coder_sdk import (
    AsyncClient,
    CoderError,
    ConfigError,
    ConflictError,
    NotFoundError,
    RequestValidationError,
    TransportError,
    UnavailableError,
)
from coder_sdk.models import Workspace

STATUSES: dict[type[CoderError], int] = {
    RequestValidationError: 422,
    NotFoundError: 404,
    ConflictError: 409,
    UnavailableError: 503,
    TransportError: 503,
}


def described(workspace: Workspace) -> dict[str, Any]:
    """What callers see of a workspace."""
    build = workspace.latest_build
    agents = [agent for resource in build.resources for agent in resource.agents]
    return {
        "name": f"{workspace.owner_name}/{workspace.name}",
        "status": build.status,
        "ready": bool(agents) and all(agent.lifecycle_state == "ready" for agent in agents),
        "error": build.job.error or None,
    }


def client_of(request: Request) -> AsyncClient:
    """The client, for callers who show the secret."""
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), request.app.state.secret.encode()):
        raise HTTPException(401, "Show the secret of the service as `Authorization: Bearer …`.")
    coder: AsyncClient = request.app.state.coder
    return coder


def name_of(request: Request) -> str:
    """The workspace that is meant."""
    return "{owner}/{name}".format_map(request.path_params)


async def put(request: Request) -> Response:
    """Have a workspace run."""
    coder = client_of(request)
    try:
        wanted = await request.json()
        template, parameters = wanted["template"], wanted.get("parameters", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HTTPException(422, 'Send JSON such as {"template": "docker"}.') from None
    workspace, action = await coder.workspaces.ensure(
        name_of(request), template=template, parameters=parameters, wait=False
    )
    status = 201 if action == "created" else 200
    return JSONResponse({**described(workspace), "action": action}, status)


async def get(request: Request) -> Response:
    """Say how far a workspace is."""
    return JSONResponse(described(await client_of(request).workspaces.get(name_of(request))))


async def delete(request: Request) -> Response:
    """Delete a workspace; it may be gone already."""
    await client_of(request).workspaces.delete(name_of(request), missing_ok=True, wait=False)
    return Response(status_code=202)


async def failed(_: Request, error: Exception) -> Response:
    """Answer with the status that an error of the deployment means for the caller."""
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 502)
    message = error.message if isinstance(error, CoderError) else type(error).__name__
    hint = error.hint if isinstance(error, CoderError) else None
    return JSONResponse({"error": message, "hint": hint}, status)


def make_app(connect: Callable[[], AsyncClient], secret: str) -> Starlette:
    """Make the application; its client belongs to the event loop in which it is served."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        app.state.secret = secret
        async with connect() as app.state.coder:
            yield

    path = "/workspaces/{owner}/{name}"
    routes = [Route(path, each, methods=[each.__name__.upper()]) for each in (put, get, delete)]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={CoderError: failed})


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args(argv)
    secret = os.environ.get("SERVICE_SECRET", "")
    if not secret:
        print("provision_service: Set `SERVICE_SECRET`, which callers show.", file=sys.stderr)
        return 2
    try:
        coder = AsyncClient(app_name="provision-service")
    except ConfigError as error:
        print("provision_service:", *str(error).splitlines(), file=sys.stderr)
        return 2
    uvicorn.run(make_app(lambda: coder, secret), host=options.host, port=options.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
