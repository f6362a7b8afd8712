"""Attune's SDK for transforms in Python.

Copy this file beside your plugin; it needs nothing but componentize-py. The contract is
../../../wit/README.md, an example of a plugin letters.py::

    import attune

    plugin = attune.Plugin(id="shout", version="1.0.0", summary="Raises its voice")

    @plugin.text(
        summary="Adds exclamation marks",
        options={"type": "object", "properties": {"times": {"type": "integer"}}, "additionalProperties": False},
        examples=[{"input": ["hi"], "output": "hi!"}],
    )
    def shout(options):
        times = options.get("times", 1)
        return lambda text: text + "!" * times

    Transform = plugin.component()

The decorated function gets the options once and returns what is called for the values:

``@plugin.text``   text -> result: one text; missing values pass unchanged, lists and objects fail, as
                   for every text function of Attune
``@plugin.texts``  texts -> results: the same, all texts of a column at once
``@plugin.row``    (value, row) -> result: one `Value` with its kind, missing ones too

A result is a str, int, float, bool, bytes, list or dict (JSON), a `Value`, `KEEP`, `CLEAR`,
`DROP_PERSON`, a `Problem` (returned or raised), or None for no value. An exception fails its value with
`plugin-error` and goes to the log with its traceback.

The answer for a row depends on that row alone: keep nothing between rows.
"""

import enum
import json
import math
import os.path
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.transform import Context
from wit_world.imports import log as host
from wit_world.imports.types import Column, FunctionSpec, Manifest
from wit_world.imports.types import Problem as WireProblem

TEXT_BYTES_MAX = 64 * 1024
NO_OPTIONS = {"type": "object", "properties": {}, "additionalProperties": False}


class Kind(enum.IntEnum):
    """The kinds of values, as the contract numbers them."""

    ABSENT = 0
    NULL = 1
    TEXT = 2
    INTEGER = 3
    NUMBER = 4
    BOOLEAN = 5
    JSON = 6
    BYTES = 7
    KEEP = 16
    CLEAR = 17
    DROP_PERSON = 18
    FAILED = 19


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it came. Numbers keep the spelling of the source: `text` is that."""

    kind: Kind
    bytes: bytes = b""

    @property
    def is_missing(self) -> bool:
        return self.kind <= Kind.NULL

    @property
    def text(self) -> str:
        """The bytes as text: of JSON its source."""
        return self.bytes.decode()

    @property
    def json(self) -> Any:
        """What the JSON says; text, numbers and booleans are themselves."""
        if self.is_missing:
            return None
        return self.text if self.kind == Kind.TEXT else json.loads(self.bytes)


KEEP = Value(Kind.KEEP)
"""The field stays as it is."""
CLEAR = Value(Kind.CLEAR)
"""The field is emptied, if what is in it is ours."""
DROP_PERSON = Value(Kind.DROP_PERSON)
"""This person takes no part in this target in this run."""


class Problem(Exception):
    """Why a value, or the options, cannot be used.

    The code is kebab-case, the message a sentence without full stop, `at` what it is about.
    """

    def __init__(self, code: str, message: str, at: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at

    def cell(self) -> Value:
        members = {"code": self.code, "message": self.message, "at": self.at}
        return Value(Kind.FAILED, _spelled({name: text for name, text in members.items() if text}))

    def wire(self) -> Err:
        return Err(WireProblem(self.code, self.message, self.at))


def bad_option(name: str, message: str) -> Problem:
    """An option that cannot be worked with; raised by what opens a function."""
    return Problem("options", message, name)


class log:
    """Lines for the host's log. (`print` has nowhere to go and ends the call.)"""

    @staticmethod
    def error(message: object) -> None:
        host.emit(host.Level.ERROR, str(message))

    @staticmethod
    def warn(message: object) -> None:
        host.emit(host.Level.WARN, str(message))

    @staticmethod
    def info(message: object) -> None:
        host.emit(host.Level.INFO, str(message))

    @staticmethod
    def debug(message: object) -> None:
        host.emit(host.Level.DEBUG, str(message))


@dataclass(frozen=True, slots=True)
class Row:
    """What a function may know of its row beside the value."""

    context: Context
    columns: list["_Input"]
    index: int

    def input(self, number: int) -> Value:
        """The value of column `number`; 1 is the first that `inputs` names."""
        return self.columns[number].value(self.index)

    @property
    def locale(self) -> str:
        """A BCP 47 tag; "und" unless the function uses "locale"."""
        return self.context.locale

    @property
    def now(self) -> float:
        """The start of the run in Unix milliseconds; 0 unless the function uses "now"."""
        return self.context.now_ms

    @property
    def seed(self) -> bytes:
        """Sixteen bytes, the same in every run; none unless the function uses "seed"."""
        return self.context.seeds[self.index * 16 : self.index * 16 + 16]


Result = str | int | float | bool | bytes | list | dict | Value | Problem | None
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Function:
    """A line of the table."""

    spec: FunctionSpec
    open: Callable[[Options], Callable[..., Any]]
    apply: Callable[["_Call", Callable[..., Any], list["_Input"]], list[Result]]
    inputs: Callable[[Options], list[str]]


@dataclass(slots=True)
class Plugin:
    """A table of functions, which the decorators fill."""

    id: str
    version: str
    summary: str
    functions: dict[str, _Function] = field(default_factory=dict)

    def text(self, **about: Any) -> Callable:
        """A function of one text."""
        return self._function(_apply_text, **about)

    def texts(self, **about: Any) -> Callable:
        """A function of all texts of a column."""
        return self._function(_apply_texts, **about)

    def row(self, **about: Any) -> Callable:
        """A function of a value with its kind, and of its row."""
        return self._function(_apply_row, **about)

    def component(self) -> type:
        """What the component exports: assign it to `Transform`, in the file that is built."""
        plugin = self

        class Transform(exports.Transform):
            def describe(self) -> Manifest:
                specs = [function.spec for function in plugin.functions.values()]
                return Manifest(plugin.id, plugin.version, plugin.summary, specs, [])

        # The toolchain looks for the resource in a module that is named like its interface.
        module = types.ModuleType("transform")
        module.Transformer = type("Transformer", (_Transformer,), {"plugin": self})
        sys.modules["transform"] = module
        return Transform

    def _function(
        self,
        apply: Callable,
        *,
        summary: str,
        options: dict | str = NO_OPTIONS,
        examples: list | str = (),
        uses: Iterable[str] = (),
        inputs: Callable[[Options], list[str]] = lambda options: [],
        name: str = "",
    ) -> Callable:
        def add(open: Callable) -> Callable:
            called = name or open.__name__.replace("_", "-")
            schema = options if isinstance(options, str) else json.dumps(options)
            shown = examples if isinstance(examples, str) else json.dumps(examples)
            spec = FunctionSpec(called, summary, schema, shown, list(uses), [])
            self.functions[called] = _Function(spec, open, apply, inputs)
            return open

        return add


class _Input:
    """A column that came."""

    def __init__(self, column: Column, rows: int) -> None:
        if len(column.kinds) != rows or len(column.ends) != rows:
            raise Problem("bad-batch", f"a column has not {rows} rows")
        self.kinds = column.kinds
        self.data = column.data
        self.bounds = [0, *column.ends]

    def value(self, index: int) -> Value:
        return Value(Kind(self.kinds[index]), self.data[self.bounds[index] : self.bounds[index + 1]])

    def texts(self) -> list[str]:
        """Each row's bytes as text. ASCII is decoded as a whole and cut."""
        bounds = pairwise(self.bounds)
        if self.data.isascii():
            text = self.data.decode("ascii")
            return [text[start:end] for start, end in bounds]
        # Bytes that are no text are shown to nobody.
        return [str(self.data[start:end], "utf-8", "replace") for start, end in bounds]


@dataclass(slots=True)
class _Call:
    """One call of a step; of its exceptions the first goes to the log."""

    name: str
    context: Context | None = None
    has_logged: bool = False

    def problem(self, error: BaseException) -> Problem:
        if isinstance(error, Problem):
            return error
        what = f"{type(error).__name__}: {error}"
        lines = _traceback(error)
        if not self.has_logged:
            log.error("\n".join([f"{self.name}: {what}", *reversed(lines)]))
            self.has_logged = True
        return Problem("plugin-error", f"{what} {lines[-1].strip()}" if lines else what)


class _Transformer:
    """The contract's resource: one function, opened with its options."""

    plugin: Plugin

    @classmethod
    def open(cls, name: str, options: str) -> "_Transformer":
        call = _Call(f"{cls.plugin.id}.{name}")
        try:
            function = cls.plugin.functions.get(name)
            if function is None:
                raise Problem("unknown-function", f"the plugin `{cls.plugin.id}` has no function `{name}`")
            parsed = json.loads(options)
            self = cls()
            self.name = call.name
            self.function = function
            self.step = function.open(parsed)
            self.selectors = list(function.inputs(parsed))
            return self
        except BaseException as error:
            raise call.problem(error).wire() from None

    def inputs(self) -> list[str]:
        return self.selectors

    def apply(self, context: Context, rows: int, inputs: list[Column]) -> Column:
        call = _Call(self.name, context)
        try:
            if len(inputs) != len(self.selectors) + 1:
                raise Problem("bad-batch", f"{len(inputs)} columns where {len(self.selectors) + 1} belong")
            columns = [_Input(column, rows) for column in inputs]
            return _packed(self.function.apply(call, self.step, columns), call)
        except BaseException as error:
            raise call.problem(error).wire() from None


def _apply_text(call: _Call, step: Callable[[str], Result], columns: list[_Input]) -> list[Result]:
    return _each_text(columns[0], lambda texts: [_guarded(call, step, text) for text in texts])


def _apply_texts(call: _Call, step: Callable[[list[str]], list], columns: list[_Input]) -> list[Result]:
    return _each_text(columns[0], step)


def _apply_row(call: _Call, step: Callable[[Value, Row], Result], columns: list[_Input]) -> list[Result]:
    rows = range(len(columns[0].kinds))
    return [_guarded(call, step, columns[0].value(row), Row(call.context, columns, row)) for row in rows]


def _guarded(call: _Call, step: Callable[..., Result], *arguments: Any) -> Result:
    try:
        return step(*arguments)
    except BaseException as error:
        return call.problem(error)


def _each_text(column: _Input, apply: Callable[[list[str]], list]) -> list[Result]:
    """What `apply` makes of the texts, among what is no text."""
    texts = column.texts()
    if column.kinds.strip(b"\2\3\4\5") == b"":
        return _counted(apply(texts), texts)
    answers = [_text_of(Kind(kind), text) for kind, text in zip(column.kinds, texts)]
    texts = [answer for answer in answers if isinstance(answer, str)]
    results = iter(_counted(apply(texts), texts))
    return [next(results) if isinstance(answer, str) else answer for answer in answers]


def _counted(results: list[Result], texts: list[str]) -> list[Result]:
    if len(results) != len(texts):
        raise Problem("plugin-error", f"{len(results)} results for {len(texts)} texts")
    return results


def _text_of(kind: Kind, text: str) -> str | Value | Problem:
    """The text that a text function sees, or the answer that it does not."""
    match kind:
        case Kind.TEXT | Kind.INTEGER | Kind.NUMBER | Kind.BOOLEAN:
            return text
        case Kind.JSON:
            return _text_of_json(text)
        case Kind.BYTES:
            return Problem("not-text", "the value is binary")
        case _:
            return Value(kind)


def _text_of_json(source: str) -> str | Value | Problem:
    # Numbers stay as the source wrote them.
    match json.loads(source, parse_int=str, parse_float=str):
        case []:
            return Value(Kind.JSON, source.encode())
        case [None]:
            return Value(Kind.NULL)
        case [bool()]:
            return source[1:-1]
        case [str(one)]:
            return one
        case [_]:
            return Problem("not-text", "the only element is a list or an object")
        case list(many):
            message = f"{len(many)} values where one is wanted; take `[0]` or use `list.join`"
            return Problem("many-values", message)
        case _:
            return Problem("not-text", "the value is an object; name one of its members")


def _packed(results: list[Result], call: _Call) -> Column:
    if all(type(result) is str for result in results):
        text = "".join(results)
        # Nothing can be too long where all together are not.
        if len(text) <= TEXT_BYTES_MAX and text.isascii():
            ends = list(accumulate(map(len, results)))
            return Column(bytes([Kind.TEXT]) * len(results), ends, text.encode())
    cells = [_cell(result, call) for result in results]
    ends = list(accumulate(len(cell.bytes) for cell in cells))
    return Column(bytes(cell.kind for cell in cells), ends, b"".join(cell.bytes for cell in cells))


def _cell(result: Result, call: _Call) -> Value:
    try:
        cell = _value(result)
    except BaseException as error:
        return call.problem(error).cell()
    if len(cell.bytes) > TEXT_BYTES_MAX and cell.kind not in (Kind.BYTES, Kind.FAILED):
        message = f"the result has {len(cell.bytes)} bytes; {TEXT_BYTES_MAX} is the most"
        return Problem("too-long", message).cell()
    return cell


def _value(result: Result) -> Value:
    match result:
        case str():
            return Value(Kind.TEXT, _utf8(result))
        case None:
            return Value(Kind.ABSENT)
        case Value():
            return result
        case Problem():
            return result.cell()
        case bool():
            return Value(Kind.BOOLEAN, b"true" if result else b"false")
        case int():
            return Value(Kind.INTEGER if -(2**63) <= result < 2**63 else Kind.NUMBER, b"%d" % result)
        case float():
            if not math.isfinite(result):
                raise ValueError(f"{result} is no result")
            return Value(Kind.NUMBER, repr(result).encode())
        case list() | dict():
            return Value(Kind.JSON, _spelled(result))
        case bytes():
            return Value(Kind.BYTES, result)
    raise TypeError(f"a {type(result).__name__} is no result")


def _spelled(members: list | dict) -> bytes:
    return _utf8(json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can spell
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _traceback(error: BaseException) -> list[str]:
    """Where it happened, innermost last. (The module `traceback` reads files, and there are none.)"""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"    at {code.co_name} ({os.path.basename(code.co_filename)}:{trace.tb_lineno})")
        trace = trace.tb_next
    return lines
