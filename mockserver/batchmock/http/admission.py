"""Who comes in: the credential, the API version and the betas that a request's headers name.

It does not know what is asked for. Source: docs/fidelity.md, headers and authentication.
"""

from batchmock.betas import API_VERSIONS, BETAS
from batchmock.emulator import Emulator
from batchmock.errors import ApiError, invalid_request
from batchmock.http.headers import RequestHeaders
from batchmock.switches import Switches
from batchmock.workspace import CreateOptions, Workspace

NO_BETAS: frozenset[str] = frozenset()


def credential(headers: RequestHeaders) -> str | None:
    """Return the API key, from ``x-api-key`` or else a Bearer ``authorization``."""
    if key := headers.get("x-api-key"):
        return key
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def enter(emulator: Emulator, headers: RequestHeaders) -> Workspace:
    """Return the workspace that the credential opens.

    Raises:
        ApiError: 401 for the credential, 403 for naming another workspace than the credential's.
    """
    workspace = emulator.authenticate(credential(headers))
    named = headers.get("anthropic-workspace-id")
    if named is not None and named != workspace.id:
        raise ApiError(
            "permission_error", f"This credential does not open workspace {named}; it opens {workspace.id}."
        )
    return workspace


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
