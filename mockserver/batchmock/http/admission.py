"""Who comes in: the credential, the API version and the betas that a request's headers name.

It does not know what is asked for. Source: docs/fidelity.md, headers and authentication.
"""

from hmac import compare_digest

from batchmock.betas import API_VERSIONS, BETAS
from batchmock.credential import Credential, digest
from batchmock.emulator import Emulator
from batchmock.errors import ApiError, UsageError, invalid_request
from batchmock.http.headers import RequestHeaders
from batchmock.scenario import Scenario
from batchmock.scenarios.choice import said_scenario
from batchmock.switches import Switches
from batchmock.workspace import CreateOptions, Workspace

API_KEY = "x-api-key"
AUTHORIZATION = "authorization"
SCENARIO = "batchmock-scenario"
TOKEN = "x-emulator-token"
NO_BETAS: frozenset[str] = frozenset()


def credentials(headers: RequestHeaders) -> tuple[Credential, ...]:
    """Return what came as a credential: ``x-api-key`` or else a Bearer ``authorization``; the first one counts."""
    found: tuple[Credential, ...] = ()
    if key := headers.get(API_KEY):
        found = (Credential(API_KEY, digest(key)),)
    if AUTHORIZATION in headers and (token := _bearer(headers[AUTHORIZATION])):
        found = (*found, Credential(AUTHORIZATION, digest(token)))
    return found


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def enter(emulator: Emulator, given: tuple[Credential, ...]) -> Workspace:
    """Return the workspace that the credential opens.

    Raises:
        ApiError: 401.
    """
    return emulator.authenticate(given[0] if given else None)


def refuse_other_workspaces(workspace: Workspace, headers: RequestHeaders) -> None:
    """Let a call into the workspace of its credential, unless it names another; an empty name is none.

    Raises:
        ApiError: 403.
    """
    named = headers.get("anthropic-workspace-id")
    if named and named != workspace.id:
        raise ApiError(
            "permission_error", f"This credential does not open workspace {named}; it opens {workspace.id}."
        )


def refuse_strangers(token: str | None, headers: RequestHeaders) -> None:
    """Let a call into the control plane, if it says the token.

    Raises:
        ApiError: 401, there is a token and this is not it.
    """
    if token is not None and not compare_digest(digest(token), digest(headers.get(TOKEN, ""))):
        raise ApiError("authentication_error", f"{TOKEN}: the control plane of this emulator needs its token")


def version_of(headers: RequestHeaders, switches: Switches) -> str:
    """Return the API version a request asks for.

    Raises:
        ApiError: 400 when it is missing or not one of the two that exist.
    """
    version = headers.get("anthropic-version")
    if not version:
        if switches.version_header == "optional":
            return API_VERSIONS[0]
        raise invalid_request("anthropic-version: header is required")
    if version not in API_VERSIONS:
        raise invalid_request(
            f"anthropic-version: {version} is not a valid version; expected one of {', '.join(API_VERSIONS)}"
        )
    return version


def betas_of(headers: RequestHeaders) -> frozenset[str]:
    """Return the betas a request asks for.

    Raises:
        ApiError: 400 naming the ones that do not exist.
    """
    if "anthropic-beta" not in headers:
        return NO_BETAS
    given = [beta.strip() for beta in headers["anthropic-beta"].split(",") if beta.strip()]
    unknown = [beta for beta in given if beta not in BETAS]
    if unknown:
        values = ", ".join(f"`{beta}`" for beta in unknown)
        raise invalid_request(f"Unexpected value(s) {values} for the `anthropic-beta` header.")
    return frozenset(given)


def create_options(headers: RequestHeaders, switches: Switches) -> CreateOptions:
    """Return what a create call's headers say about every request of the batch."""
    return CreateOptions(
        api_version=version_of(headers, switches),
        betas=betas_of(headers),
        user_profile_id=headers.get("anthropic-user-profile-id"),
    )


def own_scenario(headers: RequestHeaders, present: Scenario) -> Scenario | None:
    """Return the scenario that a create call asks for its batch alone, if it does; ``present`` lends its seed.

    Raises:
        ApiError: 400, what it says is no scenario.
    """
    said = headers.get(SCENARIO)
    try:
        return None if said is None else said_scenario(said, present)
    except UsageError as error:
        raise invalid_request(f"{SCENARIO}: {error}") from None
