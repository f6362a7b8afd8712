"""`letters.*`: text for systems that take few letters, and one spelling for each text."""

import re
import unicodedata
from collections.abc import Callable

import attune

plugin = attune.Plugin(
    id="letters",
    version="1.0.0",
    summary="Unicode forms of a text, and slugs out of plain letters",
)

# What is not taken apart by Unicode itself.
LETTERS = {
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ẞ": "SS",
    "Æ": "Ae", "æ": "ae", "Œ": "Oe", "œ": "oe", "Ø": "O", "ø": "o", "Å": "A", "å": "a",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "Ł": "L", "ł": "l", "ı": "i",
}  # fmt: skip


@plugin.texts(
    summary="One spelling for texts that look the same",
    options={
        "type": "object",
        "properties": {
            "form": {
                "title": "Form",
                "enum": ["NFC", "NFD", "NFKC", "NFKD"],
                "default": "NFC",
                "description": "Unicode's name for it; NFKC also replaces ligatures and wide letters",
            },
        },
        "additionalProperties": False,
    },
    examples=[
        {"input": ["e\u0301"], "output": "\u00e9"},
        {"options": {"form": "NFKC"}, "input": ["ﬁn Ｇｍｂ\uff28"], "output": "fin GmbH"},
        {"options": {"form": "NFD"}, "input": ["\u00e9"], "output": "e\u0301"},
        {"input": [["Zoe\u0308"]], "output": "Zo\u00eb"},
        {"input": [{"a": 1}], "output": {"$": "failed", "code": "not-text"}},
        {"input": [{"$": "absent"}], "output": {"$": "absent"}},
    ],
)
def normalize(options: attune.Options) -> Callable[[list[str]], list[str]]:
    form = options.get("form", "NFC")
    return lambda texts: [unicodedata.normalize(form, text) for text in texts]


@plugin.text(
    summary="Small plain letters and digits with a separator between words, as in addresses",
    options={
        "type": "object",
        "properties": {
            "separator": {
                "title": "Separator",
                "enum": ["-", "_", ".", ""],
                "default": "-",
                "description": "What stands between two words",
            },
            "most": {
                "title": "Most",
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "description": "How many characters at most; cut between words where there are several",
            },
            "letters": {
                "title": "Letters",
                "x-file": "json",
                "type": "object",
                "additionalProperties": {"type": "string", "maxLength": 10},
                "description": "Spellings besides, or instead of, the usual ones; in place or in a JSON file",
            },
        },
        "additionalProperties": False,
    },
    examples=[
        {"input": ["Größe & Maße"], "output": "groesse-masse"},
        {"options": {"separator": "."}, "input": ["Zoë Ångström"], "output": "zoe.angstroem"},
        {"options": {"letters": {"å": "aa", "ö": "o"}}, "input": ["Håkan Öst"], "output": "haakan-ost"},
        {"options": {"most": 8}, "input": ["Research and Development"], "output": "research"},
        {"input": ["東京"], "output": {"$": "absent"}, "note": "there is no plain letter in it"},
        {"input": [["a", "b"]], "output": {"$": "failed", "code": "many-values"}},
        {"input": [{"$": "absent"}], "output": {"$": "absent"}},
    ],
)
def slug(options: attune.Options) -> Callable[[str], attune.Result]:
    separator = options.get("separator", "-")
    most = options.get("most")
    table = str.maketrans(LETTERS | _both_cases(options.get("letters", {})))
    others = re.compile(r"[^a-z0-9]+")

    def slug_of(text: str) -> attune.Result:
        spelled = unicodedata.normalize("NFC", text).translate(table)
        plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
        words = others.sub(" ", plain.lower()).split()
        while most is not None and len(words) > 1 and len(separator.join(words)) > most:
            words.pop()
        return separator.join(words)[:most] or None

    return slug_of


def _both_cases(letters: dict[str, str]) -> dict[str, str]:
    for letter in letters:
        if len(letter) != 1:
            raise attune.bad_option("letters", f"`{letter}` is not one letter")
    upper = {letter.upper(): spelling for letter, spelling in letters.items() if len(letter.upper()) == 1}
    return upper | letters


Transform = plugin.component()
