"""Clients as they are first written; the text of a module for a user's own folder."""

CLIENTS = """
import os
import time

from anthropic import Anthropic


def lines(requests, base_url, api_key):
    client = Anthropic(base_url=base_url, api_key=api_key)
    batch = client.messages.batches.create(requests=requests)
    while client.messages.batches.retrieve(batch.id).processing_status != "ended":
        time.sleep(60)
    return list(client.messages.batches.results(batch.id))


def joined(requests, *, base_url, api_key):
    return {line.custom_id: line.result for line in lines(requests, base_url, api_key)}


def zipped(requests, *, base_url, api_key):
    pairs = zip(requests, lines(requests, base_url, api_key))
    return {request["custom_id"]: line.result for request, line in pairs}


def deaf(requests, *, base_url, api_key, on_outcome):
    return joined(requests, base_url=base_url, api_key=api_key)


def unfinished(requests, *, base_url, api_key):
    raise NotImplementedError("some day")


def needy(requests):
    return {}


def dies(requests, *, base_url, api_key):
    if requests[0]["custom_id"] == "a":
        os._exit(3)
    return joined(requests, base_url=base_url, api_key=api_key)


def hangs(requests, *, base_url, api_key):
    if requests[0]["custom_id"] == "a":
        told = open(os.environ["TOLD"], "w")
        told.write("hanging\\n")
        told.flush()
        while True:
            pass
    return joined(requests, base_url=base_url, api_key=api_key)


def hangs_in_a_life(requests, *, base_url, api_key, state_dir):
    return hangs(requests, base_url=base_url, api_key=api_key)
"""
