"""A request of every kind that the SDK's types allow, all of them in order."""

from tests.mockserver.params.asking import (
    SONNET,
    Json,
    assistant,
    call,
    params,
    result,
    system,
    text,
    tool,
    user,
)

PNG = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
ANSWER = {"type": "object", "properties": {"prime": {"type": "integer"}}, "additionalProperties": False}
FOUND = {"type": "web_search_result", "url": "https://a.test", "title": "A", "encrypted_content": "x"}
SEARCHED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
SEARCH_RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [FOUND]}
WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "allowed_domains": ["a.test"]}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
CITED = {
    "type": "char_location",
    "cited_text": "a",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
    "file_id": None,
}


def with_content(*blocks: object) -> Json:
    return params(messages=[user([*blocks, text("Name one prime.")])])


REQUESTS: dict[str, Json] = {
    "a text": params(),
    "a text block": params(messages=[user([text("Name one prime.")])]),
    "a conversation": params(messages=[user("a"), assistant("b"), user("c")]),
    "turns of one side in a row": params(messages=[user("a"), user("b")]),
    "a system prompt": params(system="Answer in French."),
    "an empty system prompt": params(system=""),
    "a system prompt in blocks": params(system=[text("a"), text("b", cache_control=EPHEMERAL)]),
    "a system turn at the end": params(messages=[user("a"), system("Be brief.")]),
    "a system turn before an answer": params(messages=[user("a"), system("b"), assistant("c"), user("d")]),
    "an image": with_content({"type": "image", "source": PNG}),
    "an image by url": with_content({"type": "image", "source": {"type": "url", "url": "https://a.test/a.png"}}),
    "an image by file": with_content({"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
    "a pdf": with_content({"type": "document", "source": PDF, "title": "T", "context": "C"}),
    "a pdf by url": with_content({"type": "document", "source": {"type": "url", "url": "https://a.test/a.pdf"}}),
    "a document by file": with_content({"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
    "a document of text": with_content(
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "a"},
            "citations": {"enabled": True},
        }
    ),
    "a document of blocks": with_content(
        {
            "type": "document",
            "source": {"type": "content", "content": [text("a"), {"type": "image", "source": PNG}]},
        }
    ),
    "a search result": with_content(
        {
            "type": "search_result",
            "source": "s",
            "title": "t",
            "content": [text("a")],
            "citations": {"enabled": True},
        }
    ),
    "an answer with citations": params(messages=[user("a"), assistant([text("b", citations=[CITED])]), user("c")]),
    "a container upload": with_content({"type": "container_upload", "file_id": "file_1"}) | {"tools": [CODE]},
    "a tool": params(tools=[tool()]),
    "a tool of a said type": params(tools=[tool(type="custom", description="d", cache_control=HOUR)]),
    "a tool without a type": params(tools=[tool(type=None, strict=False)]),
    "a tool with examples": params(tools=[tool(input_examples=[{"a": 1}])]),
    "any tool": params(tools=[tool()], tool_choice={"type": "any", "disable_parallel_tool_use": True}),
    "one tool": params(tools=[tool()], tool_choice={"type": "tool", "name": "look"}),
    "a tool of the api by choice": params(tools=[WEB_SEARCH], tool_choice={"type": "tool", "name": "web_search"}),
    "no tool": params(tools=[tool()], tool_choice={"type": "none"}),
    "a tool's result": params(
        tools=[tool()],
        messages=[
            user("a"),
            assistant([text("b"), call("t1"), call("t2")]),
            user([result("t2"), result("t1"), text("and?")]),
        ],
    ),
    "a tool's result in two turns": params(
        messages=[user("a"), assistant([call("t1"), call("t2")]), user([result("t1")]), user([result("t2")])]
    ),
    "a tool's result in blocks": params(
        messages=[
            user("a"),
            assistant([call("t1")]),
            user(
                [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "is_error": False,
                        "content": [text("b"), {"type": "image", "source": PNG}],
                    }
                ]
            ),
        ]
    ),
    "a search that was made": params(
        tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT, text("b")]), user("c")]
    ),
    "a turn to be gone on with": params(
        model=SONNET, tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT])]
    ),
    "a turn to be gone on with that ends in text": params(
        model=SONNET, tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT, text("b")])]
    ),
    "an empty turn before one that says something": params(messages=[user([]), user("a")]),
    "an empty turn after one that says something": params(messages=[user("a"), user("")]),
    "an empty turn to be answered in": params(model=SONNET, messages=[user("a"), assistant([])]),
    "a prefill where it is taken": params(messages=[user("a"), assistant("The prime is")]),
    "a thinking budget": params(thinking={"type": "enabled", "budget_tokens": 1_024}),
    "adaptive thinking": params(model=SONNET, thinking={"type": "adaptive", "display": "omitted"}),
    "no thinking": params(thinking={"type": "disabled"}),
    "what was thought": params(
        messages=[
            user("a"),
            assistant([{"type": "thinking", "thinking": "hm", "signature": "s"}, text("b")]),
            user("c"),
            assistant([{"type": "redacted_thinking", "data": "x"}, text("d")]),
            user("e"),
        ]
    ),
    "structured output": params(output_config={"format": {"type": "json_schema", "schema": ANSWER}}),
    "an effort": params(model=SONNET, output_config={"effort": "high"}),
    "a cache for the whole": params(cache_control=HOUR),
    "four breakpoints": params(
        tools=[tool(cache_control=HOUR)],
        system=[text("a", cache_control=HOUR)],
        messages=[user([text("b", cache_control=EPHEMERAL)]), user([text("c", cache_control=EPHEMERAL)])],
    ),
    "stop sequences": params(stop_sequences=["END", "\n\nHuman:"]),
    "metadata": params(metadata={"user_id": "u"}),
    "a service tier": params(service_tier="auto"),
    "a place": params(inference_geo="us"),
    "no streaming": params(stream=False),
    "a container": params(tools=[CODE], container="container_1"),
    "a user profile": params(user_profile_id="uprof_1"),
    "the most it writes": params(max_tokens=64_000),
    "the least": params(max_tokens=1),
    "no speed": params(speed=None),
}

BETA_REQUESTS: dict[str, Json] = {
    "servers": params(mcp_servers=[{"type": "url", "url": "https://a.test", "name": "a"}]),
    "a toolset": params(
        mcp_servers=[{"type": "url", "url": "https://a.test", "name": "a", "authorization_token": "t"}],
        tools=[{"type": "mcp_toolset", "mcp_server_name": "a", "default_config": {"enabled": True}}],
        tool_choice={"type": "tool", "name": "whatever_it_has"},
    ),
    "edits of the context": params(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]}),
    "skills": params(
        tools=[CODE], container={"skills": [{"type": "anthropic", "skill_id": "pptx", "version": "latest"}]}
    ),
    "the older name of structured output": params(output_format={"type": "json_schema", "schema": ANSWER}),
    "billing to oneself": params(billing_policy={"type": "billing_policy", "bill_to": "self"}),
    "a directive between a call and its result": params(
        messages=[
            user("a"),
            assistant([call("t1")]),
            system([]) | {"output_config": {"effort": "low"}},
            user([result("t1")]),
        ]
    ),
    "a credit": params(fallback_credit_token="token"),
    "a credit for going on": params(
        model=SONNET, fallback_credit_token="token", messages=[user("a"), assistant("The pri")]
    ),
}
