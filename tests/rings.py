"""Every module's ring, from the innermost out: an import points inwards, or stays in its ring.

A module of a folder may have a ring of its own; else it has its folder's.
"""

RINGS = {
    "batchmock": (
        "__init__ asked betas clock clock_clients credential document draws errors exchanges facts faults "
        "hosts limits models outcomes replies.answers replies.canned replies.given replies.question scenario "
        "scenarios settings switches times timing wire",
        "idle_faults messages params preflight replies samples unfolding",
        "exchanges.history fault_book pages rates store unfolding.plans unfolding.renderings",
        "emulator snapshot workspace",
        "canned_file connections coupling exchanges.access_log exchanges.history_file exchanges.timeline exec "
        "handle http opened ready_file remote request_files scenarios.choice scenarios.files socket_wire "
        "workspace_handle",
        "inprocess patience server shims",
        "__main__ cli exec.run pytest_fixtures pytest_plugin server_process testing",
    ),
    "batchclient": (
        "__init__ effects errors ids keys outcomes money parcel prices shapes",
        "answers cost encode fingerprint interleave join lines origins pace pairs policy split",
        "journal load reasons schema",
        "bench clerk collection download flow lost patience polling reading run submission",
        "nonces sdk signals",
        "aio sync",
        "cli",
    ),
    "batchproof": (
        "__init__ documents errors observation outcome plan returned tape",
        "catalogue checks choice contact contract events evidence known known_file plan_file run shapes "
        "staging strategies timeline",
        "adapters arena replaying search trial",
        "demo reports runner saved worker zoo",
        "cli commands pytest_suite zoo.command",
        "__main__",
    ),
}
