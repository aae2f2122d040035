"""Clients of the newest Python SDK that refuse any answer its types do not describe.

They do not know what an answer should be.
"""

from anthropic import Anthropic, AsyncAnthropic

from tests.sdks.workspace import new_key


def strict_client(url: str) -> Anthropic:
    """Return a client in a workspace of its own."""
    return Anthropic(base_url=url, api_key=new_key(), max_retries=0, _strict_response_validation=True)


def strict_async_client(url: str) -> AsyncAnthropic:
    """Return an asynchronous client in a workspace of its own."""
    return AsyncAnthropic(base_url=url, api_key=new_key(), max_retries=0, _strict_response_validation=True)
