// Godot's strings as bytes: UTF-8 behind its length, filled up to a multiple of four. Knows nothing of where they stand.

import type { ByteReader, ByteWriter } from "./bytes.ts";

/** Up to so many characters a loop beats the platform's encoder. */
const shortText = 48;

/** Up to so many octets a string is looked up among those read before. */
const shortBytes = 32;
const shortWords = shortBytes / 4;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

const longestRun = 4096;

/** Strings of ASCII read before, by a hash of their octets: names and keys come again and again. */
const seen: string[] = new Array(1024).fill("");
/** Their octets, which are compared faster than characters: so many words for each, zeros behind the end. */
const seenWords = new Int32Array(seen.length * shortWords);
/** Those of the string that is being read. */
const words = new Int32Array(shortWords);

/** Appends length, UTF-8 and padding. Lone surrogates become U+FFFD, as in Godot 4, or spaces, as in Godot 3. */
export function writeText(writer: ByteWriter, text: string, modern: boolean): void {
  writeLengthAndText(writer, text, modern, 0);
}

/** The same as `writeText` with the terminating zero that Godot counts in packed arrays of strings. */
export function writeTerminatedText(writer: ByteWriter, text: string, modern: boolean): void {
  writeLengthAndText(writer, text, modern, 1);
}

function writeLengthAndText(writer: ByteWriter, given: string, modern: boolean, zeros: 0 | 1): void {
  const text = modern ? given : given.replace(/\p{Surrogate}/gu, " ");
  // Three octets are the most that a UTF-16 unit needs; and terminator and padding.
  const lengthAt = writer.reserve(8 + text.length * 3);
  const from = lengthAt + 4;
  let at = from;
  const { bytes } = writer;
  if (text.length <= shortText) {
    for (let i = 0; i < text.length; i++) {
      const character = text.charCodeAt(i);
      if (character > 0x7f) {
        at += encoder.encodeInto(text.slice(i), bytes.subarray(at)).written;
        break;
      }
      bytes[at++] = character;
    }
  } else {
    at += encoder.encodeInto(text, bytes.subarray(at)).written;
  }
  const byteLength = at - from + zeros;
  writer.view.setInt32(lengthAt, byteLength, true);
  const end = from + ((byteLength + 3) & ~3);
  while (at < end) bytes[at++] = 0;
  writer.at = end;
}

/** Reads length, text and padding. The text ends at the first zero; a byte-order mark in front is dropped. */
export function readText(reader: ByteReader, modern: boolean, maxBytes: number): string {
  reader.need(4);
  const byteLength = reader.int32();
  if (byteLength < 0) reader.fail(`Negative length of a string: ${byteLength}`);
  if (byteLength > maxBytes)
    reader.fail(`A string of ${byteLength} octets, where ${maxBytes} are allowed`, "ERR_OUT_OF_MEMORY");
  const padded = (byteLength + 3) & ~3;
  // Lengths near 2^31 make this negative.
  if (padded < 0 || reader.end - reader.at < padded) {
    reader.fail(`A string of ${byteLength} octets with ${reader.end - reader.at} left`);
  }
  const from = reader.at;
  const text =
    byteLength <= shortBytes
      ? readShort(reader, from, byteLength, modern)
      : readLong(reader, from, byteLength, modern);
  reader.at = from + padded;
  return text;
}

function readShort(reader: ByteReader, from: number, given: number, modern: boolean): string {
  const { bytes } = reader;
  // The terminator that Godot counts in packed arrays.
  const length = given > 0 && bytes[from + given - 1] === 0 ? given - 1 : given;
  const slot = takeWords(bytes, from, length) & (seen.length - 1);
  const known = seen[slot]!;
  if (known.length === length && equalWords(slot * shortWords, (length + 3) >> 2)) return known;
  if (!isAscii(bytes, from, length)) return readLong(reader, from, given, modern);
  const text = readAscii(bytes, from, length);
  seen[slot] = text;
  seenWords.set(words, slot * shortWords);
  return text;
}

/** Puts octets into `words`, with zeros behind the end, and gives a hash of them. */
function takeWords(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length;
  let hash = length;
  let at = from;
  let count = 0;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    words[count++] = word;
    hash = Math.imul(hash ^ word, 0x9e3779b1);
  }
  let last = 0;
  for (let i = end; i > at; ) last = (last << 8) | bytes[--i]!;
  if (at < end) words[count] = last;
  hash = Math.imul(hash ^ last, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function equalWords(from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (seenWords[from + i] !== words[i]) return false;
  return true;
}

/** Whether there is nothing beyond ASCII, and no zero. */
function isAscii(bytes: Uint8Array, from: number, length: number): boolean {
  for (let i = from; i < from + length; i++) if ((bytes[i]! - 1) >>> 0 > 0x7e) return false;
  return true;
}

function readAscii(bytes: Uint8Array, from: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[from + i]!);
  return text;
}

function readLong(reader: ByteReader, from: number, length: number, modern: boolean): string {
  const whole = reader.bytes.subarray(from, from + length);
  const zero = whole.indexOf(0);
  const octets = zero === -1 ? whole : whole.subarray(0, zero);
  try {
    return strictDecoder.decode(octets);
  } catch {
    if (modern) return reader.fail("Invalid UTF-8");
    return readLax(reader, octets);
  }
}

/** UTF-8 as Godot 3 reads it: surrogates and needlessly long forms are let through. */
function readLax(reader: ByteReader, octets: Uint8Array): string {
  const units: number[] = [];
  let text = "";
  let at = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf ? 3 : 0;
  while (at < octets.length) {
    const width = laxWidth(octets[at]!);
    if (width === 0 || at + width > octets.length) return reader.fail("Invalid UTF-8");
    const code = laxCodePoint(octets, at, width);
    if (code === undefined) return reader.fail("Invalid UTF-8");
    if (code > 0x10ffff) return reader.fail("A character above U+10FFFF, which JavaScript has none of");
    if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    else units.push(code);
    if (units.length >= longestRun) text += String.fromCharCode(...units.splice(0));
    at += width;
  }
  return text + String.fromCharCode(...units);
}

/** Octets of the character that begins with this one, or 0. */
function laxWidth(lead: number): number {
  if (lead < 0x80) return 1;
  // 0xc0 and 0xc1 could only begin a needlessly long form.
  if (lead < 0xc2 || lead > 0xfd) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  if (lead < 0xf8) return 4;
  return lead < 0xfc ? 5 : 6;
}

function laxCodePoint(octets: Uint8Array, at: number, width: number): number | undefined {
  let code = width === 1 ? octets[at]! : octets[at]! & (0x7f >> width);
  for (let i = 1; i < width; i++) {
    const octet = octets[at + i]!;
    if ((octet & 0xc0) !== 0x80) return undefined;
    code = code * 64 + (octet & 0x3f);
  }
  return code;
}
