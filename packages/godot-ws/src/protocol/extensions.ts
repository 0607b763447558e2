// Sec-WebSocket-Extensions as text: parsed and written (RFC 6455 §9.1). Knows no extension by name.

import { isToken } from "./http-head.ts";

/** A parameter as it stood; undefined for one without a value. */
export type ExtensionParameter = readonly [name: string, value: string | undefined];

/** One element of the list. Parameters stay a list: a name given twice is for the extension to refuse. */
export interface Extension {
  readonly name: string;
  readonly parameters: readonly ExtensionParameter[];
}

/** More than any client offers; each costs an object. */
const maxExtensions = 32;
const maxParameters = 64;

/** The elements of a header value, or undefined when it does not follow the grammar or is unreasonably long. */
export function parseExtensions(text: string): Extension[] | undefined {
  return new ExtensionReader(text).read();
}

export function formatExtension({ name, parameters }: Extension): string {
  return [name, ...parameters.map(([key, value]) => (value === undefined ? key : `${key}=${value}`))].join(
    "; ",
  );
}

/** One pass from left to right, no step back: linear whatever the text. */
class ExtensionReader {
  readonly #text: string;
  #at = 0;
  #parametersRead = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Extension[] | undefined {
    const extensions: Extension[] = [];
    while (this.#skipEmptyElements()) {
      const extension = this.#readExtension();
      if (extension === undefined || extensions.push(extension) > maxExtensions) return undefined;
      if (this.#at < this.#text.length && this.#text[this.#at] !== ",") return undefined;
    }
    // The list has at least one element.
    return extensions.length > 0 ? extensions : undefined;
  }

  /** Lists may have empty elements (RFC 9110 §5.6.1). False at the end. */
  #skipEmptyElements(): boolean {
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character !== "," && character !== " " && character !== "\t") return true;
    }
    return false;
  }

  #readExtension(): Extension | undefined {
    const name = this.#readToken();
    if (name === undefined) return undefined;
    const parameters: ExtensionParameter[] = [];
    while (this.#skip(";")) {
      const parameter = this.#readParameter();
      if (parameter === undefined || ++this.#parametersRead > maxParameters) return undefined;
      parameters.push(parameter);
    }
    return { name, parameters };
  }

  #readParameter(): ExtensionParameter | undefined {
    const name = this.#readToken();
    if (name === undefined) return undefined;
    if (!this.#skip("=")) return [name, undefined];
    const value = this.#text[this.#at] === '"' ? this.#readQuoted() : this.#readToken();
    return value === undefined ? undefined : [name, value];
  }

  /** Past `separator` and the blanks around it, if it comes next; past the blanks in any case. */
  #skip(separator: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== separator) return false;
    this.#at++;
    this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }

  #readToken(): string | undefined {
    const start = this.#at;
    while (this.#at < this.#text.length && !isSeparator(this.#text[this.#at]!)) this.#at++;
    const token = this.#text.slice(start, this.#at);
    return isToken(token) ? token : undefined;
  }

  /** "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to token." */
  #readQuoted(): string | undefined {
    let value = "";
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (character === '"') {
        this.#at++;
        return isToken(value) ? value : undefined;
      }
      value += character === "\\" ? (this.#text[++this.#at] ?? "") : character;
    }
    return undefined;
  }
}

function isSeparator(character: string): boolean {
  return (
    character === "," || character === ";" || character === "=" || character === " " || character === "\t"
  );
}
