// Godot's text form cut into tokens: what var_to_str writes, and what scene, resource and configuration files consist of.
// Knows no values but numbers, texts and colours.

import { DataError, type ErrorCode } from "../errors.ts";
import { Color } from "./color.ts";
import { parseFloatText, parseIntText } from "./text-number.ts";

/** `{ } [ ] ( ) : , . =`, or the end of the text, which a character 0 is, too. */
export type MarkKind = "{" | "}" | "[" | "]" | "(" | ")" | ":" | "," | "." | "=" | "end";

export type TextToken =
  | { readonly kind: MarkKind }
  /** A word; it may have a minus in front, as `-inf` has. */
  | { readonly kind: "identifier"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "stringName"; readonly text: string }
  | { readonly kind: "number"; readonly value: number | bigint; readonly isFloat: boolean }
  | { readonly kind: "color"; readonly color: Color };

const marks = new Map<string, TextToken>(
  [..."{}[]():,.="].map((mark) => [mark, { kind: mark as MarkKind }] as const),
);

const end: TextToken = { kind: "end" };

const numberForm = /-?\d+(?:\.\d*)?(?:[eE][+-]?\d*)?/y;
const wordForm = /-?[A-Za-z_]\w*/y;
const colorForm = /#[\dA-Fa-f]*/y;
const plainCharacters = /[^"\\\n\0]+/y;
const hexForm = /[\dA-Fa-f]*/y;

const escapes: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

/** Reads one token after the other. Throws `DataError`, with offset and line, for what is none. */
export class TextTokens {
  readonly text: string;
  /** Where the next token is looked for. */
  at = 0;
  /** The line of that place, counted from 1. */
  line = 1;
  /** Where the last token began, and in which line. */
  tokenAt = 0;
  tokenLine = 1;

  constructor(text: string) {
    this.text = text;
  }

  /** The next token; comments (from `;` to the end of the line) and blanks are passed over. */
  next(): TextToken {
    this.#skipBlanks();
    this.tokenAt = this.at;
    this.tokenLine = this.line;
    const character = this.text[this.at];
    if (character === undefined || character === "\0") return end;
    const mark = marks.get(character);
    if (mark !== undefined) {
      this.at += 1;
      return mark;
    }
    switch (character) {
      case '"':
        this.at += 1;
        return { kind: "string", text: this.#readString() };
      case "&":
      case "@": // As Godot 3 wrote it.
        if (this.text[this.at + 1] !== '"') this.fail(`Expected '"' after '${character}'`);
        this.at += 2;
        return { kind: "stringName", text: this.#readString() };
      case "#":
        return this.#readColor();
      default:
        return this.#readNumberOrWord();
    }
  }

  /**
   * The name in front of the next equals sign, which is taken, too: `position/x = 1`, `"any name" = 1`. Undefined, and
   * nothing is taken, where a section or the end comes next. Godot: VariantParser::parse_tag_assign_eof.
   */
  nextKey(): string | undefined {
    this.#skipBlanks();
    this.tokenAt = this.at;
    this.tokenLine = this.line;
    if (this.text[this.at] === "[") return undefined;
    let key: string | undefined;
    for (;;) {
      this.#skipBlanks();
      const character = this.text[this.at];
      if (character === undefined || character === "\0") {
        return key === undefined ? undefined : this.fail("A name without an equals sign");
      }
      this.at += 1;
      if (character === "=") return key ?? "";
      key = character === '"' ? this.#readString() : (key ?? "") + character;
    }
  }

  /** Throws a `DataError` about the last token. */
  fail(message: string, code?: ErrorCode, cause?: unknown): never {
    throw new DataError(message, this.tokenAt, { line: this.tokenLine, code, cause });
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x3b /* ; */) {
        const lineEnd = this.text.indexOf("\n", this.at);
        this.at = lineEnd === -1 ? this.text.length : lineEnd;
      } else if (code > 0 && code <= 32) {
        if (code === 10) this.line += 1;
        this.at += 1;
      } else {
        return;
      }
    }
  }

  #take(form: RegExp): string {
    form.lastIndex = this.at;
    const text = form.exec(this.text)?.[0] ?? "";
    this.at += text.length;
    return text;
  }

  #readNumberOrWord(): TextToken {
    const digits = this.#take(numberForm);
    if (digits !== "") {
      const isFloat = /[.eE]/.test(digits);
      return { kind: "number", value: isFloat ? parseFloatText(digits) : parseIntText(digits), isFloat };
    }
    const text = this.#take(wordForm);
    if (text === "") this.fail("Unexpected character");
    return { kind: "identifier", text };
  }

  #readColor(): TextToken {
    const text = this.#take(colorForm);
    // Godot reads on behind the digits, and takes the end of the text for the token.
    if (this.at >= this.text.length) return end;
    return { kind: "color", color: colorOf(text.slice(1)) };
  }

  /** What stands between quotation marks; the first of them has been taken. */
  #readString(): string {
    let text = "";
    for (;;) {
      text += this.#take(plainCharacters);
      const character = this.text[this.at];
      this.at += 1;
      switch (character) {
        case '"':
          return text;
        case "\n":
          this.line += 1;
          text += character;
          break;
        case "\\":
          text += this.#readEscape();
          break;
        default:
          this.fail("Unterminated string");
      }
    }
  }

  #readEscape(): string {
    const character = this.text[this.at];
    if (character === undefined || character === "\0") this.fail("Unterminated string");
    this.at += 1;
    if (character !== "u" && character !== "U") return escapes[character] ?? character;
    const code = this.#readHex(character === "u" ? 4 : 6);
    return isLead(code) ? this.#readTrail(code) : this.#toCharacter(code);
  }

  #readHex(length: number): number {
    const from = this.at;
    const digits = this.#take(hexForm).slice(0, length);
    this.at = from + digits.length;
    if (digits.length < length) this.fail("Malformed hex constant in string");
    return Number.parseInt(digits, 16);
  }

  /** The second half of a UTF-16 pair, which has to be an escape as the first was. */
  #readTrail(lead: number): string {
    const kind = this.text.slice(this.at, this.at + 2);
    if (kind === "\\u" || kind === "\\U") {
      this.at += 2;
      const trail = this.#readHex(kind === "\\u" ? 4 : 6);
      if (isTrail(trail)) return String.fromCharCode(lead, trail);
    }
    this.fail("Invalid UTF-16 sequence in string, unpaired lead surrogate");
  }

  #toCharacter(code: number): string {
    if (isTrail(code)) this.fail("Invalid UTF-16 sequence in string, unpaired trail surrogate");
    return code === 0 || code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  }
}

function isLead(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isTrail(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Digits for red, green, blue and perhaps alpha, one or two each; black for any other count. Godot: Color.html. */
function colorOf(digits: string): Color {
  const width = digits.length === 3 || digits.length === 4 ? 1 : 2;
  if (![3, 4, 6, 8].includes(digits.length)) return new Color(0, 0, 0, 1);
  const parts: number[] = [];
  for (let at = 0; at < digits.length; at += width) {
    const part = Number.parseInt(digits.slice(at, at + width), 16);
    parts.push(Math.fround(part / (width === 1 ? 15 : 255)));
  }
  return new Color(...parts);
}
