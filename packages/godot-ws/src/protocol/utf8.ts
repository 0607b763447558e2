// UTF-8 checked as it arrives, octet by octet, so that the first invalid one is noticed at once (RFC 6455 §8.1).

// Marked pure so that a bundle that does not use them leaves them out. A byte order mark is part of the text.
export const encoder = /* @__PURE__ */ new TextEncoder();
export const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

// What the next octet must be. After the lead octet the first continuation has a narrower range for some leads
// (no overlong forms, no surrogates, nothing above U+10FFFF): Unicode 15, table 3-7.
const accept = 0;
const oneMore = 1; // 80..BF, then accept
const twoMore = 2; // 80..BF, then oneMore
const threeMore = 3; // 80..BF, then twoMore
const afterE0 = 4; // A0..BF, then oneMore
const afterED = 5; // 80..9F, then oneMore
const afterF0 = 6; // 90..BF, then twoMore
const afterF4 = 7; // 80..8F, then twoMore
const reject = 8;

const lowest = [0, 0x80, 0x80, 0x80, 0xa0, 0x80, 0x90, 0x80];
const highest = [0, 0xbf, 0xbf, 0xbf, 0xbf, 0x9f, 0xbf, 0x8f];
const following = [accept, accept, oneMore, twoMore, oneMore, oneMore, twoMore, twoMore];

function afterLead(octet: number): number {
  if (octet < 0x80) return accept;
  if (octet < 0xc2) return reject;
  if (octet < 0xe0) return oneMore;
  if (octet < 0xf0) return octet === 0xe0 ? afterE0 : octet === 0xed ? afterED : twoMore;
  if (octet < 0xf5) return octet === 0xf0 ? afterF0 : octet === 0xf4 ? afterF4 : threeMore;
  return reject;
}

/** Checks text that comes in pieces. */
export class Utf8Validator {
  #state = accept;

  /** True when the text so far ends between two characters. */
  get isComplete(): boolean {
    return this.#state === accept;
  }

  /** False as soon as no continuation could make the text valid; then only `reset` helps. */
  write(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
    this.#state = scan(this.#state, bytes, start, end);
    return this.#state !== reject;
  }

  reset(): void {
    this.#state = accept;
  }
}

/** True when `bytes` is a whole, valid UTF-8 text. */
export function isValidUtf8(bytes: Uint8Array): boolean {
  return scan(accept, bytes, 0, bytes.length) === accept;
}

function scan(from: number, bytes: Uint8Array, start: number, end: number): number {
  let state = from;
  let at = start;
  while (at < end) {
    if (state === accept) {
      // Four octets of ASCII at a time: most text is nothing else.
      while (at + 4 <= end && (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) < 0x80) at += 4;
      if (at === end) return accept;
      state = afterLead(bytes[at++]!);
      if (state === reject) return reject;
    } else {
      const octet = bytes[at++]!;
      if (octet < lowest[state]! || octet > highest[state]!) return reject;
      state = following[state]!;
    }
  }
  return state;
}
