// Base64 to bytes, as strictly as Godot. Knows no text form of values.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const sixBits = new Uint8Array(128).fill(255);
for (let i = 0; i < alphabet.length; i++) sixBits[alphabet.charCodeAt(i)] = i;

/**
 * The bytes, or undefined for what is not base64 with its padding. Line breaks may stand anywhere in it, and blanks in
 * front of them and at the end.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const packed = text.split("\n").map(trimLine).join("");
  if (packed.length % 4 !== 0) return undefined;
  const padding = packed.endsWith("==") ? 2 : packed.endsWith("=") ? 1 : 0;
  const characters = packed.length - padding;
  const bytes = new Uint8Array((packed.length / 4) * 3 - padding);
  let bits = 0;
  let at = 0;
  for (let i = 0; i < characters; i++) {
    const six = sixBits[packed.charCodeAt(i)] ?? 255;
    if (six === 255) return undefined;
    bits = (bits << 6) | six;
    // Of four characters each but the first completes an octet.
    const surplus = 6 - 2 * (i & 3);
    if ((i & 3) !== 0) bytes[at++] = bits >> surplus;
  }
  return bytes;
}

function trimLine(line: string, index: number, lines: readonly string[]): string {
  let end = line.length;
  if (index < lines.length - 1 && line.endsWith("\r")) end -= 1;
  while (line[end - 1] === " ") end -= 1;
  return line.slice(0, end);
}
