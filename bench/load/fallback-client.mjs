// WebSocket clients for the generator in JavaScript: one write per turn, messages told apart and no more.

import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { fail } from "./fallback-measure.mjs";

const mask = Buffer.from([0x9b, 0x31, 0xc4, 0x6e]);
const noMask = Buffer.alloc(4);

/** What messages are made of. @param {number} size */
export function pattern(size) {
  return Buffer.from(Uint8Array.from({ length: size }, (_, i) => i * 167 + (i >> 8) + 11));
}

const deflateTail = Buffer.from([0, 0, 0xff, 0xff]);

/** Text such as games send, which shrinks to a fraction. @param {number} size */
function compressible(size) {
  let text = "";
  for (let i = 0; text.length < size; i++)
    text += `{"id":${i * 37},"name":"player_${i % 10}","score":${i * i}}`;
  return Buffer.from(text.slice(0, size));
}

/** What a message has to come back as. @param {{ size: number, deflate: boolean }} options */
export function contentOf({ size, deflate }) {
  return deflate ? compressible(size) : pattern(size);
}

/** As it was before `createFrame` compressed it. @param {Buffer} payload */
export function inflate(payload) {
  return inflateRawSync(Buffer.concat([payload, deflateTail]), { finishFlush: 2 });
}

/** @param {{ size: number, deflate: boolean }} options */
function payloadFor(options) {
  if (!options.deflate) return pattern(options.size);
  return deflateRawSync(contentOf(options), { finishFlush: 2 }).subarray(0, -deflateTail.length);
}

/** One message as a client sends it. @param {{ size: number, raw: boolean, deflate: boolean }} options */
export function createFrame(options) {
  const { raw, deflate } = options;
  const payload = payloadFor(options);
  const size = payload.length;
  const bit = raw ? 0 : 0x80;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65536 ? 4 : 10);
  head[0] = deflate ? 0xc2 : 0x82;
  head[1] = bit | (size < 126 ? size : size < 65536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(size, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2);
  const used = raw ? noMask : mask;
  for (let i = 0; i < size; i++) payload[i] = /** @type {number} */ (payload[i]) ^ (used[i % 4] ?? 0);
  const frame = Buffer.concat(raw ? [head, payload] : [head, mask, payload]);
  return { frame, payloadAt: frame.length - size, mask: used };
}

/** @param {number} room @param {number} port @param {boolean} [deflate] */
export function requestFor(room, port, deflate = false) {
  const offer = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
  return (
    `GET /rooms/${room} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
    `${deflate ? `Sec-WebSocket-Extensions: ${offer}\r\n` : ""}\r\n`
  );
}

/** @param {string} head */
export function isAccepted(head) {
  return head.startsWith("HTTP/1.1 101") && head.includes("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/** @typedef {(client: Client, payload: Buffer) => void} MessageHandler */

export class Client {
  received = 0;
  isLost = false;
  /** @type {Buffer[]} */
  #waiting = [];
  /** Octets that wait for the rest of their message. @type {Buffer[]} */
  #parts = [];
  #fill = 0;
  #needed = 0;

  /**
   * @param {import("node:net").Socket} socket
   * @param {number} index
   * @param {MessageHandler} onMessage
   */
  constructor(socket, index, onMessage) {
    this.socket = socket;
    this.index = index;
    this.onMessage = onMessage;
    socket.on("close", () => {
      this.isLost = true;
    });
    socket.on("error", () => {});
  }

  /** @param {Buffer} frame */
  write(frame) {
    if (this.#waiting.push(frame) === 1) setImmediate(() => this.#flush());
  }

  #flush() {
    this.socket.write(
      this.#waiting.length === 1 ? /** @type {Buffer} */ (this.#waiting[0]) : Buffer.concat(this.#waiting),
    );
    this.#waiting = [];
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    this.#parts.push(chunk);
    this.#fill += chunk.length;
    // A long message is put together once, not again for each piece.
    if (this.#fill < this.#needed) return;
    let bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    for (;;) {
      const at = payloadOf(bytes);
      this.#needed = at === undefined ? 0 : at.end;
      if (at === undefined || bytes.length < at.end) break;
      if (bytes[0] === 0x82 || bytes[0] === 0xc2) this.onMessage(this, bytes.subarray(at.start, at.end));
      bytes = bytes.subarray(at.end);
    }
    this.#parts = bytes.length === 0 ? [] : [bytes];
    this.#fill = bytes.length;
  }

  destroy() {
    this.socket.destroy();
  }
}

/** Undefined while the head is not whole. @param {Buffer} bytes */
function payloadOf(bytes) {
  if (bytes.length < 2) return undefined;
  const size = /** @type {number} */ (bytes[1]) & 0x7f;
  const start = size < 126 ? 2 : size === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length = start === 2 ? size : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { start, end: start + length };
}

/**
 * Connects all, one after the other, each with its handshake.
 * @param {{ port: number, raw: boolean, tls: boolean, deflate: boolean }} options
 * @param {number} count
 * @param {((index: number) => number) | undefined} roomOf
 * @param {MessageHandler} onMessage
 */
export async function connectAll(options, count, roomOf, onMessage) {
  const clients = [];
  for (let index = 0; index < count; index++) {
    const socket = await openSocket(options);
    const room = roomOf?.(index) ?? 0;
    const client = new Client(socket, index, onMessage);
    if (!options.raw) await shakeHands(socket, client, room, options);
    else if (roomOf !== undefined) socket.write(Buffer.from([0x82, 2, room & 255, room >> 8]));
    socket.on("data", (chunk) => client.push(chunk));
    clients.push(client);
  }
  return clients;
}

/** @param {{ port: number, tls: boolean }} options @returns {Promise<import("node:net").Socket>} */
function openSocket({ port, tls }) {
  return new Promise((resolve) => {
    const to = { port, host: "127.0.0.1" };
    const socket = tls
      ? connectTls({ ...to, rejectUnauthorized: false }, () => resolve(socket))
      : connectTcp({ ...to, noDelay: true }, () => resolve(socket));
    socket.once("error", (error) => fail(error.message));
  });
}

/**
 * @param {import("node:net").Socket} socket
 * @param {Client} client
 * @param {number} room
 * @param {{ port: number, deflate: boolean }} options
 */
function shakeHands(socket, client, room, { port, deflate }) {
  socket.write(requestFor(room, port, deflate));
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const read = (/** @type {Buffer} */ chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read);
      if (!isAccepted(bytes.toString("latin1", 0, end + 4))) fail("the handshake was refused");
      if (deflate && !bytes.includes("permessage-deflate")) fail("the server does not compress");
      if (bytes.length > end + 4) client.push(bytes.subarray(end + 4));
      resolve(undefined);
    };
    socket.on("data", read);
  });
}
