"""The Models API over HTTP: a page of models, and one model.

It does not know what a model can do. Source of each path, status and order: docs/fidelity.md, models.
"""

from collections.abc import Mapping
from typing import get_args

from starlette.datastructures import QueryParams

from batchmock.errors import ApiError, invalid_request
from batchmock.http.call import Call
from batchmock.http.paging import page_query
from batchmock.http.responses import JsonResponse
from batchmock.models import Lifecycle, Model
from batchmock.pages import PageQuery
from batchmock.wire.model import ModelPage, info

LIFECYCLES: tuple[Lifecycle, ...] = get_args(Lifecycle)
# Retired models are listed when asked for.
LISTED = ("active", "deprecated")


async def list_models(call: Call) -> JsonResponse:
    """``GET /v1/models``: a page, newest first."""
    query = QueryParams(call.scope["query_string"])
    lifecycles = _lifecycles(query)
    models = call.workspace.models
    listed = [model for model in dict.fromkeys(models.values()) if model.lifecycle in lifecycles]
    page, has_more = _page(listed, models, page_query(query, call.workspace.switches))
    first, last = (page[0].id, page[-1].id) if page else (None, None)
    return JsonResponse(ModelPage([info(model) for model in page], has_more, first, last))


async def retrieve(call: Call) -> JsonResponse:
    """``GET /v1/models/{id}``: the model that an id or an alias stands for, a retired one too."""
    return JsonResponse(info(_named(call.workspace.models, call.scope["path_params"]["model_id"])))


def _lifecycles(query: QueryParams) -> tuple[str, ...]:
    # Python's and TypeScript's SDKs send `lifecycle[]=` for each value.
    given = [*query.getlist("lifecycle[]"), *query.getlist("lifecycle")]
    for value in given:
        if value not in LIFECYCLES:
            raise invalid_request("lifecycle: Input should be 'active', 'deprecated' or 'retired'")
    return tuple(given) or LISTED


def _page(listed: list[Model], models: Mapping[str, Model], query: PageQuery) -> tuple[list[Model], bool]:
    if query.before_id is not None:
        stop = _place(listed, models, query.before_id)
        start = max(0, stop - query.limit)
        return listed[start:stop], start > 0
    start = 0 if query.after_id is None else _place(listed, models, query.after_id) + 1
    stop = start + query.limit
    return listed[start:stop], stop < len(listed)


def _place(listed: list[Model], models: Mapping[str, Model], cursor: str) -> int:
    model = _named(models, cursor)
    if model not in listed:
        raise _not_found(cursor)
    return listed.index(model)


def _named(models: Mapping[str, Model], name: str) -> Model:
    model = models.get(name)
    if model is None:
        raise _not_found(name)
    return model


def _not_found(name: str) -> ApiError:
    return ApiError("not_found_error", f"model: {name}")
