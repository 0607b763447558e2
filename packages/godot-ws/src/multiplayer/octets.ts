// Pieces of packets: numbers, texts, and how they are put together. It must not know what they say.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** One behind the other. */
export function joinOctets(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Of 32 bits each, the lowest octet first. */
export function encodeNumbers(...numbers: readonly number[]): number[] {
  return numbers.flatMap((number) => [number, number >> 8, number >> 16, number >> 24]);
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Terminated. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}

/** Up to the first 0 or the end; undefined when it is no UTF-8. */
export function decodeText(octets: Uint8Array): string | undefined {
  const end = octets.indexOf(0);
  try {
    return decoder.decode(end < 0 ? octets : octets.subarray(0, end));
  } catch {
    return undefined;
  }
}
