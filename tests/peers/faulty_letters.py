"""A plugin that only tests load: everything that the SDK has to bear, one function each."""

import time

import attune

plugin = attune.Plugin(id="faulty", version="1.0.0", summary="Everything that may go wrong")

hoard = []

RESULTS = {
    "keep": attune.KEEP,
    "clear": attune.CLEAR,
    "drop-person": attune.DROP_PERSON,
    "integer": 42,
    "number": 1.5,
    "not-a-number": float("nan"),
    "large": 2**63,
    "boolean": True,
    "list": ["ä", 1],
    "bytes": b"\xff\0",
    "long": "ä" * 32_769,
    "nothing": None,
    "problem": attune.Problem("no-such-room", "there is no room of that name"),
    "half": "\ud83d",
}


def name_of(text):
    if text == "!":
        raise TypeError("this is no name")
    if text == "?":
        raise attune.Problem("no-name", "a question is no name")
    return text


@plugin.text(summary="An exception at an exclamation mark")
def throws(options):
    return name_of


@plugin.texts(summary="An exception over the whole column")
def throws_all(options):
    return lambda texts: [name_of(text) for text in texts]


@plugin.texts(summary="A result too few")
def miscounts(options):
    return lambda texts: texts[1:]


@plugin.text(summary="A result of each kind")
def gives(options):
    return RESULTS.get


@plugin.row(
    summary="What a row is told",
    uses=["now", "seed", "locale"],
    inputs=lambda options: ["mail"],
)
def tells(options):
    def told(value, row):
        kind = value.kind.name.lower()
        what = list(value.bytes) if kind == "bytes" else value.text
        inside = kind == "json" and value.json
        return [kind, what, inside, row.input(1).text, row.locale, int(row.now), row.seed[15]]

    return told


@plugin.row(summary="The value unchanged")
def passes(options):
    return lambda value, row: value


@plugin.text(
    summary="Refuses to open",
    options={
        "type": "object",
        "properties": {"why": {"enum": ["option", "exception"]}},
        "additionalProperties": False,
    },
)
def refuses(options):
    if options.get("why") == "option":
        raise attune.bad_option("why", "no option is good enough")
    if options.get("why") == "exception":
        raise ValueError("opened too far")
    return lambda text: text


@plugin.text(summary="No end at a tilde")
def loops(options):
    def looped(text):
        while text == "~":
            pass
        return text

    return looped


@plugin.text(summary="All memory at a tilde")
def hoards(options):
    def hoarded(text):
        while text == "~":
            hoard.append(bytearray(1024 * 1024))
        return text

    return hoarded


@plugin.text(summary="The time at a tilde")
def asks(options):
    def asked(text):
        attune.log.warn("a look at the clock")
        return time.time() if text == "~" else text

    return asked


Transform = plugin.component()
