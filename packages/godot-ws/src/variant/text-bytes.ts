// Godot's strings as bytes: UTF-8 behind its length, filled up to a multiple of four. Knows nothing of where they stand.

import type { ByteReader, ByteWriter } from "./bytes.ts";

/** Up to so many characters a loop beats the platform's encoder. */
const shortText = 48;

/** Up to so many octets a string is looked up among those read before. */
const shortBytes = 32;
const shortWords = shortBytes / 4;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

/** Strings of ASCII read before, by a hash of their octets: names and keys come again and again. */
const seen: string[] = new Array(1024).fill("");
/** Their octets, which are compared faster than characters: so many words for each. */
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
  const { bytes } = writer;
  const short = Math.min(text.length, shortText);
  let count = 0;
  for (; count < short; count++) {
    const character = text.charCodeAt(count);
    if (character > 0x7f) break;
    bytes[from + count] = character;
  }
  let at = from + count;
  if (count < text.length) at += encoder.encodeInto(text.slice(count), bytes.subarray(at)).written;
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
  // Unsigned, as lengths near 2^31 pass it.
  const padded = ((byteLength + 3) & ~3) >>> 0;
  if (reader.end - reader.at < padded) {
    reader.fail(`A string of ${byteLength} octets with ${reader.end - reader.at} left`);
  }
  const from = reader.at;
  const short = byteLength > shortBytes ? undefined : readShort(reader.bytes, from, byteLength);
  const text = short ?? readLong(reader, reader.bytes.subarray(from, from + byteLength), modern);
  reader.at = from + padded;
  return text;
}

/** A text of ASCII; undefined for any other. */
function readShort(bytes: Uint8Array, from: number, byteLength: number): string | undefined {
  // The terminator that Godot counts in packed arrays.
  const length = byteLength > 0 && bytes[from + byteLength - 1] === 0 ? byteLength - 1 : byteLength;
  let hash = length;
  for (let i = 0; i < length; i += 4) {
    const at = from + i;
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    // What stands in the padding does not count.
    const counted = length - i < 4 ? word & ((1 << (8 * (length - i))) - 1) : word;
    words[i >> 2] = counted;
    hash = Math.imul(hash ^ counted, 0x9e3779b1);
  }
  const slot = (hash ^ (hash >>> 15)) & (seen.length - 1);
  const known = seen[slot]!;
  if (known.length === length && isSeen(slot * shortWords, length)) return known;
  let text = "";
  for (let i = 0; i < length; i++) {
    const octet = bytes[from + i]!;
    if (octet === 0 || octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  seen[slot] = text;
  seenWords.set(words, slot * shortWords);
  return text;
}

function isSeen(from: number, length: number): boolean {
  for (let i = 0; i < length; i += 4) if (seenWords[from + (i >> 2)] !== words[i >> 2]) return false;
  return true;
}

function readLong(reader: ByteReader, whole: Uint8Array, modern: boolean): string {
  const zero = whole.indexOf(0);
  const octets = zero === -1 ? whole : whole.subarray(0, zero);
  try {
    return strictDecoder.decode(octets);
  } catch {
    return (modern ? undefined : readLax(octets)) ?? reader.fail("Invalid UTF-8");
  }
}

/** UTF-8 as Godot 3 reads it: surrogates and needlessly long forms are let through. Undefined for what is none. */
function readLax(octets: Uint8Array): string | undefined {
  let text = "";
  let at = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf ? 3 : 0;
  while (at < octets.length) {
    const lead = octets[at]!;
    // As many as there are ones in front of the first zero.
    const width = lead < 0x80 ? 1 : Math.clz32(~lead << 24);
    // 0xc0 and 0xc1 could only begin a needlessly long form.
    if ((lead >= 0x80 && lead < 0xc2) || width > 6 || at + width > octets.length) return undefined;
    let code = width === 1 ? lead : lead & (0x7f >> width);
    for (const octet of octets.subarray(at + 1, at + width)) {
      if ((octet & 0xc0) !== 0x80) return undefined;
      code = code * 64 + (octet & 0x3f);
    }
    // There is nothing beyond in JavaScript.
    if (code > 0x10ffff) return undefined;
    text += String.fromCodePoint(code);
    at += width;
  }
  return text;
}
