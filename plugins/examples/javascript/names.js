// `names.*`: what directories make of people's names, made readable.

import { badOption, plugin } from "./attune.js";

const WORD = /[\p{L}\p{M}'’]+/gu;
const LETTER = /\p{L}/u;
/** What is large at the start of a name: in "O'Neill" two letters. */
const START = /^(\p{L}['’])?\p{L}/u;

const isMixed = (text) => text !== text.toUpperCase() && text !== text.toLowerCase();
const isCapital = (letter) => letter !== letter.toLowerCase();

/** The first letter of a word. Composed: "é" may have come as two characters. */
const letterOf = (word) => word.normalize("NFC").match(LETTER)?.[0];

function initials({ most = 3, after = "" }) {
  return (text) => {
    const letters = (text.match(WORD) ?? []).map(letterOf).filter(Boolean);
    // In "Anna von der Heide" the small words are no names; in "anna heide" they are.
    const capitals = letters.filter(isCapital);
    const chosen = (capitals.length > 0 ? capitals : letters).slice(0, most);
    if (chosen.length > 0) return chosen.map((letter) => letter.toUpperCase() + after).join("");
  };
}

/** "MÜLLER" and "müller" become "Müller". */
const capitalized = (word) => word.toLowerCase().replace(START, (start) => start.toUpperCase());

function titleCase({ small = ["von", "vom", "zu", "van", "de", "der", "den", "di", "da"], last = false }) {
  const isSmall = new Set(small.map((word) => word.toLowerCase()));
  for (const word of isSmall) {
    if (!LETTER.test(word)) throw badOption("small", `\`${word}\` is no word`);
  }
  return (text) => {
    const given = last ? text.replace(/^\s*([^,]+?)\s*,\s*([^,]+?)\s*$/u, "$2 $1") : text;
    return given.replace(WORD, (word, at) => {
      if (at > 0 && isSmall.has(word.toLowerCase())) return word.toLowerCase();
      // "McDonald" was written with care.
      return isMixed(word) ? word : capitalized(word);
    });
  };
}

const absent = { $: "absent" };

export const transform = plugin({
  id: "names",
  version: "1.0.0",
  summary: "People's names: initials, and capitals where they belong",
  functions: {
    initials: {
      summary: "The first letters of the names that a text is made of",
      options: {
        type: "object",
        properties: {
          most: { title: "Most", type: "integer", minimum: 1, maximum: 9, default: 3,
            description: "How many letters at most" },
          after: { title: "After", type: "string", maxLength: 5, default: "",
            description: "What stands after each letter, such as a full stop" },
        },
        additionalProperties: false,
      },
      examples: [
        { input: ["Ada Lovelace"], output: "AL" },
        { options: { after: "." }, input: ["Jean-Luc Émile Picard"], output: "J.L.É." },
        { options: { most: 2 }, input: ["Anna von der Heide Meyer"], output: "AH" },
        { input: ["ørjan ås"], output: "ØÅ" },
        { input: ["42"], output: absent, note: "there is no letter in it" },
        { input: [["Ada Lovelace"]], output: "AL" },
        { input: [["Ada", "Grace"]], output: { $: "failed", code: "many-values" } },
        { input: [absent], output: absent },
      ],
      text: initials,
    },
    "title-case": {
      summary: "Capitals for names that were typed in upper or lower case; mixed ones stay",
      options: {
        type: "object",
        properties: {
          small: { title: "Small words", type: "array", items: { type: "string", maxLength: 20 }, maxItems: 50,
            description: "Words that begin small unless they come first; when left out, those of German, Dutch and Romance names" },
          last: { title: "Last name first", type: "boolean", default: false,
            description: "Whether `Lovelace, Ada` becomes `Ada Lovelace`" },
        },
        additionalProperties: false,
      },
      examples: [
        { input: ["ANNA MÜLLER-LÜDENSCHEIDT"], output: "Anna Müller-Lüdenscheidt" },
        { input: ["ursula VON DER heide"], output: "Ursula von der Heide" },
        { input: ["RONALD McDonald o'neill"], output: "Ronald McDonald O'Neill" },
        { options: { last: true }, input: ["LOVELACE, ADA"], output: "Ada Lovelace" },
        { options: { small: ["y"] }, input: ["JOSÉ ORTEGA Y GASSET"], output: "José Ortega y Gasset" },
        { input: [null], output: null },
        { input: [absent], output: absent },
      ],
      text: titleCase,
    },
  },
});
