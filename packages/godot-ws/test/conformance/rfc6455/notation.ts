// A short way to write frames down, for cases and for results.
//
//   text 'Hel'           a whole message                -text 'Hel'; cont 'lo'    one in two frames
//   ping; pong 'p'       control frames                 close #1000 'bye'         a code in two octets, then text
//   binary 00ff          octets in hexadecimal          text 61*70000             an octet, many times over
//   text/rsv4            a reserved bit (4, 2, 1)       op3                       an opcode without a name
//   ping/len2 'p'        a length in 2 or 8 octets      text/says:200             a length that is not the payload's
//   text/mask, /bare     a mask where none belongs, and none where one belongs
//   raw 81ff             octets as they are             !close #1000              the end under test begins to close
//
// In a payload, `^` marks the octet before which nothing has to be noticed and behind which it must have been: at the
// latest there the connection fails. `text/rsv4^1` puts the mark behind the first octet of the frame's header.

import { concat, encodeFrame, type FrameShape, unhex } from "../../protocol/naive-frames.ts";

const opcodeNames: Readonly<Record<string, number>> = {
  cont: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
};

export interface Payload {
  readonly bytes: Uint8Array;
  /** Where `^` stood. */
  readonly mark: number | undefined;
}

/** Frames that arrive one behind the other, or what the end under test does in between. */
export type Step =
  | { readonly bytes: Uint8Array; readonly mark: number | undefined }
  | { readonly closeCode: number };

export function parsePayload(text: string): Payload {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let mark: number | undefined;
  for (const [token] of text.matchAll(/'[^']*'|[^\s']+/g)) {
    if (token === "^") {
      mark = length;
      continue;
    }
    const piece = parseToken(token);
    pieces.push(piece);
    length += piece.length;
  }
  return { bytes: concat(pieces), mark };
}

function parseToken(token: string): Uint8Array {
  if (token.startsWith("'")) return new TextEncoder().encode(token.slice(1, -1));
  if (token.startsWith("#")) return Uint8Array.of(Number(token.slice(1)) >> 8, Number(token.slice(1)) & 255);
  const repeated = /^([0-9a-f]{2})\*(\d+)$/.exec(token);
  if (repeated !== null) return new Uint8Array(Number(repeated[2])).fill(Number.parseInt(repeated[1]!, 16));
  if (!/^([0-9a-f]{2})+$/.test(token)) throw new Error(`not a piece of a payload: ${token}`);
  return unhex(token);
}

/** The steps of a stream as the peer of `role` makes it: masked when the peer is a client. */
export function parseStream(text: string, role: "client" | "server"): Step[] {
  const steps: Step[] = [];
  let keys = 0x1234_5678;
  for (const entry of splitFrames(text)) {
    const [head = "", rest = ""] = splitHead(entry);
    if (head === "!close") {
      steps.push({ closeCode: rest === "" ? 1005 : Number(rest.slice(1)) });
      continue;
    }
    const { bytes: payload, mark } = parsePayload(rest);
    if (head === "raw") {
      steps.push({ bytes: payload, mark });
      continue;
    }
    keys = Math.imul(keys, 0x9e37_79b1) >>> 0;
    const [shapeText = "", headMark] = head.split("^");
    const shape = { ...parseShape(shapeText, role === "server" ? keys : undefined), payload };
    const bytes = encodeFrame(shape);
    const behind = mark === undefined ? undefined : bytes.length - payload.length + mark;
    steps.push({ bytes, mark: headMark === undefined ? behind : Number(headMark) });
  }
  return steps;
}

export function splitFrames(text: string): string[] {
  return text
    .split(";")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function splitHead(entry: string): [head: string, rest: string] {
  const blank = entry.indexOf(" ");
  return blank < 0 ? [entry, ""] : [entry.slice(0, blank), entry.slice(blank + 1)];
}

function parseShape(text: string, key: number | undefined): FrameShape {
  const [name = "", ...flags] = text.split("/");
  const bare = name.replace(/^-/, "");
  const opcode = opcodeNames[bare] ?? (/^op\d+$/.test(bare) ? Number(bare.slice(2)) : undefined);
  if (opcode === undefined) throw new Error(`not a frame: ${text}`);
  let shape: FrameShape = { opcode, fin: bare === name, mask: key };
  for (const flag of flags) shape = { ...shape, ...parseFlag(flag) };
  return shape;
}

function parseFlag(flag: string): Partial<FrameShape> {
  if (flag === "mask") return { mask: 0x37fa213d };
  if (flag === "bare") return { mask: undefined };
  if (flag.startsWith("rsv")) return { reserved: Number(flag.slice(3)) };
  if (flag === "len2" || flag === "len8") return { lengthOctets: flag === "len2" ? 2 : 8 };
  if (flag.startsWith("says:")) return { claimedLength: BigInt(flag.slice(5)) };
  throw new Error(`not a property of a frame: ${flag}`);
}

/** A payload in as few characters as can be; the same octets always give the same text. */
export function formatPayload(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  if (bytes.length > 8 && bytes.every((octet) => octet === bytes[0])) {
    return ` ${bytes[0]!.toString(16).padStart(2, "0")}*${bytes.length}`;
  }
  const text = Buffer.from(bytes).toString("latin1");
  return /^[ !"$-:<-~]*$/.test(text) && !text.includes("'")
    ? ` '${text}'`
    : ` ${Buffer.from(text, "latin1").toString("hex")}`;
}

export function formatFrame(name: string, payload: Uint8Array): string {
  if (name !== "close" || payload.length < 2) return `${name}${formatPayload(payload)}`;
  const code = (payload[0]! << 8) | payload[1]!;
  return `close #${code}${formatPayload(payload.subarray(2))}`;
}

/** What an expectation says, in the form that results have. */
export function normalise(text: string): string {
  return splitFrames(text)
    .map((entry) => {
      const [head, rest] = splitHead(entry);
      return formatFrame(head, parsePayload(rest).bytes);
    })
    .join("; ");
}

export const frameNames: ReadonlyMap<number, string> = new Map(
  Object.entries(opcodeNames).map(([name, opcode]) => [opcode, name]),
);
