// A plugin that only tests load: everything that the SDK has to bear, one function each.

import { badOption, clear, dropPerson, keep, log, plugin, Problem } from "./attune.js";

const hoard = [];

const RESULTS = {
  keep,
  clear,
  "drop-person": dropPerson,
  integer: 42,
  number: 1.5,
  "not-a-number": NaN,
  large: 2n ** 63n,
  boolean: true,
  list: ["ä", 1],
  bytes: new Uint8Array([255, 0]),
  long: "ä".repeat(32_769),
  nothing: undefined,
  problem: new Problem("no-such-room", "there is no room of that name"),
  half: "\ud83d",
};

function throws() {
  return (text) => {
    if (text === "!") throw new TypeError("this is no name");
    if (text === "?") throw new Problem("no-name", "a question is no name");
    return text;
  };
}

export const transform = plugin({
  id: "faulty",
  version: "1.0.0",
  summary: "Everything that may go wrong",
  functions: {
    throws: { summary: "An exception at an exclamation mark", text: throws },
    "throws-all": {
      summary: "An exception over the whole column",
      texts: () => (texts) => texts.map(throws()),
    },
    miscounts: { summary: "A result too few", texts: () => (texts) => texts.slice(1) },
    gives: { summary: "A result of each kind", text: () => (text) => RESULTS[text] },
    tells: {
      summary: "What a row is told",
      uses: ["now", "seed", "locale"],
      inputs: () => ["mail"],
      row: () => (value, row) =>
        [value.kind, value.kind === "bytes" ? [...value.bytes] : value.text, value.kind === "json" && value.json,
          row.input(1).text, row.locale, row.now, row.seed[15]],
    },
    passes: { summary: "The value unchanged", row: () => (value) => value },
    refuses: {
      summary: "Refuses to open",
      options: { type: "object", properties: { why: { enum: ["option", "exception"] } }, additionalProperties: false },
      text({ why }) {
        if (why === "option") throw badOption("why", "no option is good enough");
        if (why === "exception") throw new RangeError("opened too far");
        return (text) => text;
      },
    },
    loops: {
      summary: "No end at a tilde",
      text: () => (text) => {
        while (text === "~") hoard.length = 0;
        return text;
      },
    },
    hoards: {
      summary: "All memory at a tilde",
      text: () => (text) => {
        while (text === "~") hoard.push(new Uint8Array(1024 * 1024));
        return text;
      },
    },
    asks: {
      summary: "The time at a tilde",
      text: () => (text) => {
        log.warn("a look at the clock");
        return text === "~" ? Date.now() : text;
      },
    },
  },
});
