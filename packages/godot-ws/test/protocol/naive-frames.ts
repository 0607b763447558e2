// Frames written and read the slow and obvious way, straight from the picture in RFC 6455 §5.2, and able to write what
// is forbidden. Shares nothing with the sources: it is what they are measured against.

export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly fin: boolean;
  /** The three reserved bits as a number, RSV1 the highest. */
  readonly reserved: number;
  readonly mask: number | undefined;
}

export interface FrameShape extends Partial<Omit<Frame, "payload">> {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Octets that the extended length takes, when not the fewest. */
  readonly lengthOctets?: 0 | 2 | 8;
  /** What the header says when that is not the payload's length. */
  readonly claimedLength?: bigint;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Octet number `index` of a payload is masked with octet `index mod 4` of the key (RFC 6455 §5.3). */
export function naiveMask(bytes: Uint8Array, mask: number, phase = 0): Uint8Array {
  const key = [(mask >>> 24) & 255, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255];
  return bytes.map((octet, index) => octet ^ key[(index + phase) % 4]!);
}

export function encodeFrame(shape: FrameShape): Uint8Array {
  const { opcode, fin = true, reserved = 0, mask } = shape;
  const payload = typeof shape.payload === "string" ? bytesOf(shape.payload) : (shape.payload ?? bytesOf(""));
  const length = shape.claimedLength ?? BigInt(payload.length);
  const octets = shape.lengthOctets ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const header = [(fin ? 128 : 0) + reserved * 16 + opcode];
  const maskBit = mask === undefined ? 0 : 128;
  header.push(maskBit + (octets === 0 ? Number(length) : octets === 2 ? 126 : 127));
  for (let shift = (octets - 1) * 8; shift >= 0; shift -= 8) {
    header.push(Number((length >> BigInt(shift)) & 255n));
  }
  if (mask === undefined) return concat([Uint8Array.from(header), payload]);
  for (const shift of [24, 16, 8, 0]) header.push((mask >>> shift) & 255);
  return concat([Uint8Array.from(header), naiveMask(payload, mask)]);
}

export function encodeFrames(shapes: readonly FrameShape[]): Uint8Array {
  return concat(shapes.map(encodeFrame));
}

/** Reads whole frames only; throws when `bytes` do not end with one or a length is not in its shortest form. */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new Error("the last frame is not whole");
    return bytes[at++]!;
  };
  const number = (octets: number): number => {
    let value = 0;
    for (let i = 0; i < octets; i++) value = value * 256 + next();
    return value;
  };
  while (at < bytes.length) {
    const first = next();
    const second = next();
    let length = second & 127;
    if (length === 126) {
      length = number(2);
      if (length < 126) throw new Error("length is not in its shortest form");
    } else if (length === 127) {
      length = number(8);
      if (length < 65536) throw new Error("length is not in its shortest form");
    }
    const mask = second >= 128 ? number(4) : undefined;
    const masked = bytes.slice(at, at + length);
    if (masked.length < length) throw new Error("the last frame is not whole");
    at += length;
    const payload = mask === undefined ? masked : naiveMask(masked, mask);
    frames.push({ opcode: first & 15, payload, fin: first >= 128, reserved: (first >> 4) & 7, mask });
  }
  return frames;
}

/** Every way to cut `bytes` in two, as copies. */
export function* splitsInTwo(bytes: Uint8Array): Generator<[Uint8Array, Uint8Array]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.slice(0, at), bytes.slice(at)];
}

/** One octet each, as copies. */
export function octetsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (octet) => Uint8Array.of(octet));
}
