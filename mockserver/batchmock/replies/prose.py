"""Text to fill answers with: prose of a drawn length, and the characters that careless readers break on.

It does not know what was asked.
"""

import math
from statistics import NormalDist
from typing import Final

from batchmock.draws import Stream
from batchmock.replies.usage import BYTES_PER_TOKEN

# Answers of a real model are some hundred tokens as a rule, and now and then many times that: our own figures.
MEDIAN_TOKENS: Final = 220
SIGMA: Final = 0.9
TOKENS_MAX: Final = 16_000

SENTENCES: Final = (
    "The short answer is that it depends on what you want to do with it.",
    "There are three things to keep apart here.",
    "First, look at what was measured, and by whom.",
    "Second, ask what would have happened otherwise.",
    "The numbers in the table agree with that, as far as they go.",
    "Rain fell for most of the week, so the comparison is not quite fair.",
    "A careful reader will notice that the second column adds up to more than the first.",
    "None of this is new: the same point was made a century ago, in fewer words.",
    "It helps to work through a small example.",
    "Take two boxes, put seven apples in one of them, and close the other.",
    "Now the question answers itself.",
    "Of course, larger cases do not behave like small ones.",
    "In practice, most people choose the simpler way and never look back.",
    "That is a good choice when time matters more than the last percent.",
    "When it does not, measure before you decide.",
    "The letter was written in April, and its author had not yet seen the harbour.",
    "One objection deserves an answer.",
    "It rests on the assumption that both sides knew the price.",
    "They did not, and so the argument fails.",
    "Either way, the result stays within the margin.",
    "I would begin with the oldest entry and work forwards.",
    "If anything is unclear, the last paragraph says it again in other words.",
    "To sum up: keep what is written down, and check what is not.",
    "Most of the difference disappears once the holidays are taken out.",
    "A list may be easier to follow than a paragraph.",
    "The bridge was closed that winter, which explains the gap.",
    "Some of these names have changed since.",
    "What remains is a matter of taste.",
    "The recipe works with half the sugar as well.",
    "Nobody has found a counterexample so far, which proves nothing.",
    "It is worth reading twice.",
    "Let me know which of the two you had in mind.",
)

# One per line: what splits lines that are none, what JSON escapes, what is wider than a byte, two bytes, four.
UNICODE: Final = (
    "A na\u00efve caf\u00e9, and the same with combining marks: nai\u0308ve cafe\u0301.",
    "Line\u2028separator, paragraph\u2029separator, next\u0085line, form\u000cfeed, vertical\u000btab.",
    'Quotes " and \\", a backslash \\, a slash /, an escape that is none: \\u2028 \\n.',
    "\u6f22\u5b57\u3001\u304b\u306a\u3001\ud55c\uad6d\uc5b4.",
    "\U0001f600 \U0001f469\u200d\U0001f52c \U0001f1f5\U0001f1ea \U0001d54f \U00020bb7",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u202eright to left\u202c",
    "zero\u200bwidth, no\u00a0break, soft\u00adhyphen, \ufeffmark, \ufffd",
    '{"custom_id": "not-a-line", "result": {"type": "succeeded"}}\n',
    "tab\tand\r\ncarriage return, \u0001\u001f control, delete \u007f",
)


def prose(stream: Stream) -> str:
    """Return sentences of a drawn length, lognormal around a few hundred tokens."""
    deviation = NormalDist().inv_cdf(max(stream.unit(), 1e-12))
    left = BYTES_PER_TOKEN * min(TOKENS_MAX, round(MEDIAN_TOKENS * math.exp(SIGMA * deviation)))
    said: list[str] = []
    while left > 0:
        sentence = stream.pick(SENTENCES)
        left -= len(sentence) + 1
        said.append(sentence)
    return " ".join(said)


def thought(stream: Stream) -> str:
    """Return a few sentences such as a model thinks."""
    return " ".join(["Let me see what was asked.", *(stream.pick(SENTENCES) for _ in range(1 + stream.below(3)))])


def unicode_rich(stream: Stream) -> str:
    """Return every one of the lines that readers break on, in a drawn order."""
    return "\n".join(stream.shuffled(UNICODE))
