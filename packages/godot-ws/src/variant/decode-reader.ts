// The state of one pass over the bytes of a value: the bounds, how much of them is used up, and where in the value it is.

import { ByteReader } from "./bytes.ts";
import type { DecodeSettings } from "./codec-options.ts";
import { identityOf, type KnownIdentities } from "./identity.ts";
import { printText } from "./printed-text.ts";
import { StringName } from "./references.ts";
import { readText } from "./text-bytes.ts";

/** In the place of a key while it is being read itself. */
export const keyPlace: unique symbol = Symbol("key");

/** Characters of a key that a path shows. */
const longestName = 40;

export class DecodeReader extends ByteReader {
  readonly settings: DecodeSettings;
  /** An index or a key for each of the containers around what is being read. */
  places: unknown[] | undefined = undefined;
  /** How many of them count. */
  depth = 0;
  /** Which of several values in a row it is, when it is one of several. */
  index: number | undefined = undefined;
  #elements = 0;
  #known: KnownIdentities | undefined = undefined;

  constructor(bytes: Uint8Array, at: number, settings: DecodeSettings) {
    super(bytes, at);
    this.settings = settings;
  }

  /** `DataError` when there are more octets than allowed. */
  checkSize(): void {
    const { maxBytes } = this.settings;
    const size = this.end - this.at;
    if (size > maxBytes) this.fail(`${size} octets, where ${maxBytes} are allowed`, "ERR_OUT_OF_MEMORY");
  }

  /** Checks a count that was just read, of elements of so many octets each, at the least, and against the bound. */
  count(count: number, leastSize: number, what = "elements"): number {
    const left = this.end - this.at;
    if (count < 0 || count * leastSize > left) {
      this.at -= 4;
      this.fail(`${count} ${what} in ${left} octets`);
    }
    this.#elements += count;
    const { maxElements } = this.settings;
    if (this.#elements > maxElements) this.fail(`More than ${maxElements} elements`, "ERR_OUT_OF_MEMORY");
    return count;
  }

  /** A real component: 32 bits, or 64, which a single precision engine narrows. */
  real(wide: boolean): number {
    if (!wide) return this.float32();
    const value = this.float64();
    return this.settings.double ? value : Math.fround(value);
  }

  /** What tells a key that was read from others. */
  identityOf(key: unknown): unknown {
    if (typeof key === "object" && key !== null) this.#known ??= new Map();
    return identityOf(key, this.#known);
  }

  /** What is read now is the element at an index or key of the innermost container. */
  enter(place: unknown): void {
    this.places ??= [];
    this.places[this.depth - 1] = place;
  }

  text(): string {
    return readText(this, this.settings.dialect.modern, this.settings.maxStringBytes);
  }

  override path(): string {
    const places = this.places?.slice(0, this.depth) ?? [];
    return formatPath(this.index === undefined ? places : [this.index, ...places]);
  }
}

/** `[3].inventory.items`; other keys than names in brackets. */
export function formatPath(places: readonly unknown[]): string {
  let path = "";
  for (const place of places) {
    const name = place instanceof StringName ? place.text : place;
    if (name === keyPlace) path += "[a key]";
    else if (typeof name !== "string") path += `[${shorten(printPlace(name))}]`;
    else if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) path += `${path === "" ? "" : "."}${shorten(name)}`;
    else path += `[${JSON.stringify(shorten(name))}]`;
  }
  return path;
}

function printPlace(place: unknown): string {
  return typeof place === "object" && place !== null ? printText(place) : String(place);
}

function shorten(text: string): string {
  return text.length > longestName ? `${text.slice(0, longestName)}…` : text;
}
