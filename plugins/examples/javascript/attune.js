// Attune's SDK for transforms in JavaScript. Copy this file beside your plugin; it needs nothing but
// componentize-qjs. ../../../wit/README.md is the contract, names.js an example of a plugin.
//
//   import { keep, plugin } from "./attune.js";
//
//   export const transform = plugin({
//     id: "shout", version: "1.0.0", summary: "Raises its voice",
//     functions: {
//       shout: {
//         summary: "Adds exclamation marks",
//         options: { type: "object", properties: { times: { type: "integer" } }, additionalProperties: false },
//         examples: [{ input: ["hi"], output: "hi!" }],
//         text: ({ times = 1 }) => (text) => text + "!".repeat(times),
//       },
//     },
//   });
//
// A function of the table has one of three makers, which get the options once and return what is
// called for the values:
//
//   text(options)  -> (text) => result           one text; missing values pass unchanged, a list of one
//                                                is its element, longer lists and objects fail
//   texts(options) -> (texts) => results         the same, all texts of a column at once
//   row(options)   -> (value, row) => result     one Value with its kind, missing ones too
//
// A result is a string, number, bigint, boolean, Uint8Array, array or object (JSON), a Value, `keep`,
// `clear`, `dropPerson`, a `Problem` (returned or thrown), or null or undefined for no value. An
// exception fails its value with `plugin-error` and goes to the log with its stack.
//
// The answer for a row depends on that row alone: keep nothing between rows.

import { emit } from "attune:plugin/log@1.0.0";

const KINDS = ["absent", "null", "text", "integer", "number", "boolean", "json", "bytes"];
const [ABSENT, NULL, TEXT, INTEGER, NUMBER, BOOLEAN, JSON_KIND, BYTES] = KINDS.keys();
const FAILED = 19;
const TEXT_BYTES_MAX = 64 * 1024;
const NOT_ASCII = /[^\x00-\x7f]/;

class Outcome {
  constructor(kind) {
    this.kind = kind;
  }
}

/** The field stays as it is. */
export const keep = new Outcome(16);
/** The field is emptied, if what is in it is ours. */
export const clear = new Outcome(17);
/** This person takes no part in this target in this run. */
export const dropPerson = new Outcome(18);

/** Why a value, or the options, cannot be used. `code` is kebab-case, `message` a sentence without full stop. */
export class Problem extends Error {
  constructor(code, message, at = "") {
    super(message);
    this.code = code;
    this.at = at;
  }
}

/** An option that cannot be worked with; thrown by makers. */
export const badOption = (name, message) => new Problem("options", message, name);

/** Lines for the host's log. */
export const log = {
  error: (message) => emit("error", String(message)),
  warn: (message) => emit("warn", String(message)),
  info: (message) => emit("info", String(message)),
  debug: (message) => emit("debug", String(message)),
};

/** One value as it came. Numbers keep the spelling of the source: `text` is that. */
export class Value {
  constructor(column, index) {
    this.column = column;
    this.index = index;
  }

  /** One of "absent", "null", "text", "integer", "number", "boolean", "json", "bytes". */
  get kind() {
    return KINDS[this.column.kinds[this.index]];
  }

  get isMissing() {
    return this.column.kinds[this.index] <= NULL;
  }

  /** The bytes as text: of JSON its source. */
  get text() {
    return this.column.text(this.index);
  }

  /** What the JSON says; text, numbers and booleans are themselves. */
  get json() {
    if (this.isMissing) return null;
    return this.kind === "text" ? this.text : JSON.parse(this.text);
  }

  get bytes() {
    return this.column.bytes(this.index);
  }
}

/** What a function may know of its row beside the value. */
class Row {
  constructor(context, columns, index) {
    this.context = context;
    this.columns = columns;
    this.index = index;
  }

  /** The value of column `number`; 1 is the first that `inputs` names. */
  input(number) {
    return new Value(this.columns[number], this.index);
  }

  /** A BCP 47 tag; "und" unless the function `uses` "locale". */
  get locale() {
    return this.context.locale;
  }

  /** The start of the run in Unix milliseconds; 0 unless the function `uses` "now". */
  get now() {
    return this.context.nowMs;
  }

  /** Sixteen bytes, the same in every run; none unless the function `uses` "seed". */
  get seed() {
    return this.context.seeds.subarray(this.index * 16, this.index * 16 + 16);
  }
}

// QuickJS has no TextDecoder. Its natives for base64 turn a whole column into a string with one
// character a byte, which `ends` can cut; only what is not ASCII is decoded piece by piece.
class Input {
  constructor({ kinds, ends, data }, rows) {
    if (kinds.length !== rows || ends.length !== rows) {
      throw new Problem("bad-batch", `a column has not ${rows} rows`);
    }
    this.kinds = kinds;
    this.ends = ends;
    this.data = data;
  }

  /** One character for each byte. */
  get latin() {
    const latin = atob(this.data.toBase64());
    const isAscii = !NOT_ASCII.test(latin);
    Object.defineProperty(this, "isAscii", { value: isAscii });
    Object.defineProperty(this, "latin", { value: latin });
    return latin;
  }

  start(index) {
    return index > 0 ? this.ends[index - 1] : 0;
  }

  text(index) {
    const slice = this.latin.slice(this.start(index), this.ends[index]);
    return this.isAscii || !NOT_ASCII.test(slice) ? slice : decodeURIComponent(escape(slice));
  }

  bytes(index) {
    return this.data.subarray(this.start(index), this.ends[index]);
  }
}

/** The results of a column, packed at the end. */
class Output {
  constructor(rows) {
    this.kinds = new Uint8Array(rows);
    this.parts = new Array(rows).fill("");
    this.isPlain = true;
  }

  /** Text, or what is spelled as text. */
  put(index, kind, text) {
    this.kinds[index] = kind;
    this.parts[index] = text;
  }

  result(index, result) {
    switch (typeof result) {
      case "string":
        return this.put(index, TEXT, result);
      case "boolean":
        return this.put(index, BOOLEAN, String(result));
      case "bigint":
        return this.put(index, BigInt.asIntN(64, result) === result ? INTEGER : NUMBER, String(result));
      case "number":
        return this.number(index, result);
      case "undefined":
        return this.put(index, ABSENT, "");
      case "object":
        return this.object(index, result);
      default:
        throw new TypeError(`a ${typeof result} is no result`);
    }
  }

  number(index, number) {
    if (!Number.isFinite(number)) throw new RangeError(`${number} is no result`);
    this.put(index, Number.isSafeInteger(number) ? INTEGER : NUMBER, String(number));
  }

  object(index, result) {
    if (result === null) this.put(index, ABSENT, "");
    else if (result instanceof Outcome) this.put(index, result.kind, "");
    else if (result instanceof Problem) this.fail(index, result);
    else if (result instanceof Value) this.copy(index, result.column, result.index);
    else if (result instanceof Uint8Array) this.binary(index, result);
    else this.put(index, JSON_KIND, JSON.stringify(result));
  }

  /** The very bytes of an input. */
  copy(index, column, from) {
    const kind = column.kinds[from];
    if (kind <= NULL) this.put(index, kind, "");
    else if (kind === BYTES) this.binary(index, column.bytes(from));
    else this.put(index, kind, column.text(from));
  }

  binary(index, bytes) {
    this.kinds[index] = BYTES;
    this.parts[index] = bytes;
    this.isPlain = false;
  }

  fail(index, { code, message, at }) {
    this.put(index, FAILED, JSON.stringify(at ? { code, message, at } : { code, message }));
  }

  column() {
    const ends = [];
    let end = 0;
    let latin = this.isPlain ? this.parts.join("") : null;
    if (latin !== null && latin.length <= TEXT_BYTES_MAX && !NOT_ASCII.test(latin)) {
      for (const part of this.parts) ends.push((end += part.length));
    } else {
      const parts = this.parts.map((_, index) => this.encoded(index));
      for (const part of parts) ends.push((end += part.length));
      latin = parts.join("");
    }
    return { kinds: this.kinds, ends, data: Uint8Array.fromBase64(btoa(latin)) };
  }

  /** UTF-8 with one character a byte. */
  encoded(index) {
    const part = this.parts[index];
    if (typeof part !== "string") return atob(part.toBase64());
    const latin = NOT_ASCII.test(part) ? unescape(encodeURIComponent(part.toWellFormed())) : part;
    if (latin.length <= TEXT_BYTES_MAX || this.kinds[index] === FAILED) return latin;
    const message = `the result has ${latin.length} bytes; ${TEXT_BYTES_MAX} is the most`;
    this.fail(index, new Problem("too-long", message));
    return this.parts[index];
  }
}

/** The text that a text function sees, or the answer where there is none. */
function textOf(input, index) {
  switch (input.kinds[index]) {
    case TEXT:
    case INTEGER:
    case NUMBER:
    case BOOLEAN:
      return input.text(index);
    case JSON_KIND:
      return textOfJson(input, index);
    case BYTES:
      return new Problem("not-text", "the value is binary");
    default:
      return new Value(input, index);
  }
}

function textOfJson(input, index) {
  const source = input.text(index);
  const list = JSON.parse(source);
  if (!Array.isArray(list)) return new Problem("not-text", "the value is an object; name one of its members");
  if (list.length === 0) return new Value(input, index);
  if (list.length > 1) {
    const message = `${list.length} values where one is wanted; take \`[0]\` or use \`list.join\``;
    return new Problem("many-values", message);
  }
  const [one] = list;
  if (one === null) return new Outcome(NULL);
  if (typeof one === "object") return new Problem("not-text", "the only element is a list or an object");
  // A number as the source wrote it, which is not always how JavaScript does.
  return typeof one === "string" ? one : source.slice(1, -1);
}

/** An exception as a problem; those that nobody meant go to the log, one of each call. */
function problemOf(error, call) {
  if (error instanceof Problem) return error;
  const stack = error instanceof Error ? String(error.stack) : "";
  if (!call.hasLogged) log.error(`${call.name}: ${error}\n${stack}`);
  call.hasLogged = true;
  const place = stack.trim().split("\n")[0];
  return new Problem("plugin-error", place ? `${error} ${place}` : String(error));
}

/** What the contract wants to be thrown. */
const thrown = ({ code, message, at }) => ({ code, message, at });

function evaluate({ spec, apply }, call, context, rows, columns) {
  const [input] = columns;
  const output = new Output(rows);
  const each = (resultOf) => {
    for (let index = 0; index < rows; index++) {
      try {
        output.result(index, resultOf(index));
      } catch (error) {
        output.fail(index, problemOf(error, call));
      }
    }
  };
  const isText = (value) => typeof value === "string";
  if (spec.text) {
    each((index) => {
      const text = textOf(input, index);
      return isText(text) ? apply(text) : text;
    });
  } else if (spec.texts) {
    const values = Array.from({ length: rows }, (_, index) => textOf(input, index));
    const texts = values.filter(isText);
    const results = apply(texts);
    if (results.length !== texts.length) {
      throw new Problem("plugin-error", `${results.length} results for ${texts.length} texts`);
    }
    let next = 0;
    each((index) => (isText(values[index]) ? results[next++] : values[index]));
  } else {
    each((index) => apply(new Value(input, index), new Row(context, columns, index)));
  }
  return output.column();
}

const asJson = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** The component of a table of functions: `export const transform = plugin({ ... })`. */
export function plugin({ id, version, summary, functions }) {
  const NO_OPTIONS = { type: "object", properties: {}, additionalProperties: false };

  class Transformer {
    static open(name, options) {
      const call = { name: `${id}.${name}` };
      try {
        const spec = Object.hasOwn(functions, name) && functions[name];
        if (!spec) throw new Problem("unknown-function", `the plugin \`${id}\` has no function \`${name}\``);
        const parsed = JSON.parse(options);
        const self = new Transformer();
        self.call = call.name;
        self.selectors = spec.inputs?.(parsed) ?? [];
        self.step = { spec, apply: (spec.text ?? spec.texts ?? spec.row)(parsed) };
        return self;
      } catch (error) {
        throw thrown(problemOf(error, call));
      }
    }

    inputs() {
      return this.selectors;
    }

    apply(context, rows, inputs) {
      const call = { name: this.call };
      try {
        if (inputs.length !== this.selectors.length + 1) {
          throw new Problem("bad-batch", `${inputs.length} columns where ${this.selectors.length + 1} belong`);
        }
        const columns = inputs.map((column) => new Input(column, rows));
        return evaluate(this.step, call, context, rows, columns);
      } catch (error) {
        throw thrown(problemOf(error, call));
      }
    }
  }

  const describe = () => ({
    id,
    version,
    summary,
    functions: Object.entries(functions).map(([name, spec]) => ({
      name,
      summary: spec.summary,
      optionsSchema: asJson(spec.options ?? NO_OPTIONS),
      examples: asJson(spec.examples ?? []),
      uses: spec.uses ?? [],
      extra: [],
    })),
    extra: [],
  });

  return { describe, Transformer };
}
