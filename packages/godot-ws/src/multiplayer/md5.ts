// MD5 (RFC 1321), for the one thing that Godot uses it for here: to compare lists of names. Not for anything secret.

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 0x1_0000_0000),
);
// Which word of the block each step takes, by round.
const indexSteps = [1, 5, 3, 7];
const indexOffsets = [0, 1, 5, 0];
const blockLength = 64;
const encoder = new TextEncoder();

/** 32 lower-case hexadecimal digits of the text's UTF-8. Godot: String.md5_text. */
export function md5Hex(text: string): string {
  const words = pad(encoder.encode(text));
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let start = 0; start < words.length; start += blockLength / 4) addBlock(state, words, start);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => {
    digest.setInt32(4 * i, word);
  });
  let hex = "";
  for (let i = 0; i < 16; i++)
    hex += digest
      .getUint8(4 * (i >> 2) + 3 - (i & 3))
      .toString(16)
      .padStart(2, "0");
  return hex;
}

/** Little-endian words: the message, one set bit, zeros, the length in bits. */
function pad(message: Uint8Array): Int32Array {
  const length = Math.ceil((message.length + 9) / blockLength) * blockLength;
  const words = new Int32Array(length / 4);
  message.forEach((octet, i) => {
    words[i >> 2]! |= octet << (8 * (i & 3));
  });
  words[message.length >> 2]! |= 0x80 << (8 * (message.length & 3));
  words[words.length - 2] = message.length << 3;
  words[words.length - 1] = message.length >>> 29;
  return words;
}

function addBlock(state: Int32Array, words: Int32Array, start: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const index = (indexSteps[round]! * i + indexOffsets[round]!) & 15;
    const sum = (a + mix(round, b, c, d) + sines[i]! + words[start + index]!) | 0;
    const shift = shifts[4 * round + (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (d & b) | (~d & c);
  if (round === 2) return b ^ c ^ d;
  return c ^ (b | ~d);
}
