"""A badge: how many MUSTs a client keeps, as SVG or for shields.io.

It does not know single contracts.
"""

from collections.abc import Mapping
from html import escape

import msgspec

from batchproof.contract import Word
from batchproof.reports.report import Report
from batchproof.reports.summary import outcome, score

LABEL = "batch contracts"
_COLOURS: Mapping[Word, str] = {"kept": "#2e7d32", "broken": "#c62828", "inconclusive": "#757575"}
# Of Verdana at 11 px, on average; the text is told to fit.
_CHARACTER_PX = 6.6

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img">
<title>{label}: {message}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{split}" height="20" fill="#444"/>\
<rect x="{split}" width="{rest}" height="20" fill="{colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_at}" y="14" textLength="{label_width}">{label}</text>
<text x="{message_at}" y="14" textLength="{message_width}">{message}</text>
</g></svg>
"""


def badge(report: Report, suffix: str) -> str:
    """Return a badge: SVG for the suffix ``.svg``, else what shields.io reads from an endpoint."""
    word = outcome(report)
    message = f"{score(report, 'MUST') or 'nothing'} kept"
    if suffix == ".svg":
        return _svg(message, _COLOURS[word])
    told = {"schemaVersion": 1, "label": LABEL, "message": message, "color": _COLOURS[word]}
    return msgspec.json.encode(told).decode() + "\n"


def _svg(message: str, colour: str) -> str:
    label_width, message_width = (round(_CHARACTER_PX * len(text)) for text in (LABEL, message))
    split, rest = label_width + 10, message_width + 10
    return _SVG.format(
        width=split + rest,
        split=split,
        rest=rest,
        colour=colour,
        label=LABEL,
        message=escape(message),
        label_at=split / 2,
        message_at=split + rest / 2,
        label_width=label_width,
        message_width=message_width,
    )
