// permessage-deflate end to end: against ws in both roles with all parameters, bombs, deaths, and our own on both ends.

import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import WebSocket, { WebSocketServer, type PerMessageDeflateOptions as WsOptions } from "ws";
import { UsageError } from "../../src/errors.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import type { WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import type { PerMessageDeflateOptions } from "../../src/protocol/deflate.ts";
import { SeededRandom } from "../simulation/virtual-environment.ts";
import { decodeFrames, encodeFrame, opcode, rawRequest } from "../transport/raw-end.ts";
import { createPeerPair } from "./memory-peers.ts";

const mebi = 1024 * 1024;
const local = "127.0.0.1";
const roomy: WebSocketPeerOptions = { inboundBufferSize: 32 * mebi, outboundBufferSize: 64 * mebi };

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly peers: WebSocketPeer[];
  /** What the next client becomes, once it is OPEN. */
  next(): Promise<WebSocketPeer>;
}

/** A server of ours. */
async function serve(
  options: WebSocketPeerOptions,
  onPeer: (peer: WebSocketPeer) => void = () => {},
): Promise<Server> {
  const peers: WebSocketPeer[] = [];
  const waiting: ((peer: WebSocketPeer) => void)[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new WebSocketPeer({ ...roomy, ...options });
    peers.push(peer);
    onPeer(peer);
    peer.opened.connect(() => waiting.shift()?.(peer));
    peer.acceptStream(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, local, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `ws://${local}:${port}/`,
    peers,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.close(-1);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function echo(peer: WebSocketPeer): void {
  peer.packetReceived.connect(({ bytes, isText }) => peer.send(bytes, isText ? 0 : 1));
}

/** Text and binary, small and large, compressible and not. */
function mixture(seed: number, count = 25): (string | Uint8Array)[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const length = random.below(random.chance(20) ? 100_000 : 4000);
    if (i % 3 === 0) return random.bytes(length);
    const words = `{"id":${random.below(100)},"x":${random.below(1000)},"été":"€😀"} `;
    const text = words.repeat(Math.ceil(length / words.length));
    return i % 3 === 1 ? text : new TextEncoder().encode(text);
  });
}

const same = (received: unknown, sent: string | Uint8Array): boolean =>
  typeof sent === "string"
    ? received === sent
    : received instanceof Uint8Array && Buffer.compare(received, sent) === 0;

/** Sends all at once and compares what comes back, in order. */
async function checkEchoOfWs(socket: WebSocket, messages: readonly (string | Uint8Array)[]): Promise<void> {
  let at = 0;
  const wrong: number[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
    socket.on("message", (data: Buffer, isBinary) => {
      if (!same(isBinary ? data : data.toString(), messages[at]!)) wrong.push(at);
      if (++at === messages.length) resolve();
    });
    for (const message of messages) socket.send(message);
  });
  expect(wrong).toEqual([]);
}

async function checkEcho(peer: WebSocketPeer, messages: readonly (string | Uint8Array)[]): Promise<void> {
  for (const message of messages) typeof message === "string" ? peer.sendText(message) : peer.send(message);
  const wrong: number[] = [];
  let at = 0;
  for await (const packet of peer) {
    if (!same(packet.text ?? packet.bytes, messages[at]!)) wrong.push(at);
    if (++at === messages.length) break;
  }
  expect([at, wrong]).toEqual([messages.length, []]);
}

const combinations: PerMessageDeflateOptions[] = [];
for (const serverMaxWindowBits of [undefined, 9, 12]) {
  for (const clientMaxWindowBits of [undefined, 9, 15]) {
    for (const serverNoContextTakeover of [false, true]) {
      for (const clientNoContextTakeover of [false, true]) {
        combinations.push({
          serverNoContextTakeover,
          clientNoContextTakeover,
          ...(serverMaxWindowBits && { serverMaxWindowBits }),
          ...(clientMaxWindowBits && { clientMaxWindowBits }),
        });
      }
    }
  }
}

describe("with ws", () => {
  it.each(combinations)("as the client, which asks for %o", async (asked) => {
    await using server = await serve({ perMessageDeflate: { threshold: 64 } }, echo);
    const socket = new WebSocket(server.url, { perMessageDeflate: { ...asked, threshold: 64 } as WsOptions });
    await new Promise((resolve) => socket.once("open", resolve));
    expect(socket.extensions).toBe("permessage-deflate");
    await checkEchoOfWs(socket, mixture(1));
    socket.terminate();
  });

  it.each(combinations)("as the client, of a server that wants %o", async (wanted) => {
    await using server = await serve({ perMessageDeflate: { ...wanted, threshold: 64 } }, echo);
    const socket = new WebSocket(server.url, { perMessageDeflate: { threshold: 64 } as WsOptions });
    await new Promise((resolve) => socket.once("open", resolve));
    expect(server.peers[0]!.extensions).toMatch(/^permessage-deflate/);
    await checkEchoOfWs(socket, mixture(2));
    socket.terminate();
  });

  it.each(combinations)("as the server of a client that asks for %o", async (asked) => {
    for (const wanted of [
      {},
      { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 9 },
    ]) {
      const server = new WebSocketServer({
        host: local,
        port: 0,
        perMessageDeflate: { ...wanted, threshold: 64 },
      });
      await new Promise((resolve) => server.once("listening", resolve));
      server.on("connection", (socket) =>
        socket.on("message", (data, binary) => socket.send(data, { binary })),
      );
      const peer = new WebSocketPeer({ ...roomy, perMessageDeflate: { ...asked, threshold: 64 } });
      await peer.connectToUrl(`ws://${local}:${(server.address() as AddressInfo).port}/`);
      expect(peer.extensions).toMatch(/^permessage-deflate/);
      await checkEcho(peer, mixture(3));
      peer.close(1000);
      expect((await peer.closed.next())[0]).toBe(1000);
      server.close();
    }
  });

  it.each([
    [true, false],
    [false, true],
    [false, false],
  ])("our server %s, their client %s: not compressed", async (ours, theirs) => {
    await using server = await serve({ perMessageDeflate: ours }, echo);
    const socket = new WebSocket(server.url, { perMessageDeflate: theirs });
    await new Promise((resolve) => socket.once("open", resolve));
    expect([socket.extensions, server.peers[0]!.extensions]).toEqual(["", ""]);
    await checkEchoOfWs(socket, mixture(4, 10));
    socket.terminate();
  });

  it("fragments, each of which ws compresses by itself", async () => {
    await using server = await serve({ perMessageDeflate: true }, echo);
    const socket = new WebSocket(server.url, { perMessageDeflate: { threshold: 0 } });
    await new Promise((resolve) => socket.once("open", resolve));
    const parts = ["one ".repeat(500), "", "two ".repeat(20_000), "three"];
    const answer = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    for (const [i, part] of parts.entries())
      socket.send(part, { fin: i === parts.length - 1, compress: true });
    expect(await answer).toBe(parts.join(""));
    socket.terminate();
  });
});

describe("on the wire", () => {
  const noisy = (length: number): Uint8Array => new SeededRandom(length).bytes(length);

  /** A client by hand of a server of ours; `frames` are those that came so far. */
  async function handClient(
    server: Server,
    header = "permessage-deflate",
  ): Promise<{
    socket: Socket;
    peer: WebSocketPeer;
    frames: () => ReturnType<typeof decodeFrames>["frames"];
  }> {
    const next = server.next();
    const socket = tcpConnect(server.port, local);
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => (received = Buffer.concat([received, chunk])));
    socket.on("error", () => {});
    socket.write(rawRequest({ headers: header === "" ? [] : [`Sec-WebSocket-Extensions: ${header}`] }));
    const peer = await next;
    const frames = () => decodeFrames(received.subarray(received.indexOf("\r\n\r\n") + 4)).frames;
    return { socket, peer, frames };
  }

  const deflated = (message: Uint8Array | string): Buffer =>
    deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const closeCode = (payload: Buffer): number => payload.readUInt16BE(0);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  it("a bomb just over the limit is 1009 and costs no more than the limit", async () => {
    for (const limit of [10_000, 65_536, 3 * mebi]) {
      await using server = await serve({ perMessageDeflate: true, inboundBufferSize: limit });
      const { socket, peer, frames } = await handClient(server);
      const sizes: number[] = [];
      peer.packetReceived.connect(({ bytes }) => sizes.push(bytes.length));
      const closed = peer.closed.next();
      const send = (length: number): boolean =>
        socket.write(
          encodeFrame(opcode.binary, deflated(new Uint8Array(length)), { masked: true, reservedBits: 0x40 }),
        );
      send(limit);
      send(limit + 1);
      expect((await closed)[0]).toBe(1009);
      expect(sizes).toEqual([limit]);
      expect(peer.failure).toMatchObject({ violation: "oversizedInflation", closeCode: 1009 });
      await until(() => frames().length > 0);
      expect(frames().map(({ opcode: code, payload }) => [code, closeCode(payload)])).toEqual([
        [opcode.close, 1009],
      ]);
      socket.destroy();
    }
  });

  it("garbage is 1007", async () => {
    await using server = await serve({ perMessageDeflate: true });
    const { socket, peer, frames } = await handClient(server);
    socket.write(encodeFrame(opcode.binary, noisy(200), { masked: true, reservedBits: 0x40 }));
    await peer.closed.next();
    await until(() => frames().length > 0);
    expect(closeCode(frames()[0]!.payload)).toBe(1007);
    expect(peer.failure?.violation).toBe("corruptCompression");
    socket.destroy();
  });

  it("a message, a close frame and FIN behind a message that takes its time", async () => {
    await using server = await serve({ perMessageDeflate: true });
    const { socket, peer } = await handClient(server);
    const lengths: number[] = [];
    peer.packetReceived.connect(({ bytes }) => lengths.push(bytes.length));
    const closed = peer.closed.next();
    const large = deflated(new Uint8Array(5 * mebi));
    socket.end(
      Buffer.concat([
        encodeFrame(opcode.binary, large, { masked: true, reservedBits: 0x40 }),
        encodeFrame(opcode.text, "small", { masked: true }),
        encodeFrame(opcode.binary, large, { masked: true, reservedBits: 0x40 }),
        encodeFrame(opcode.close, Buffer.of(0x0f, 0xa1), { masked: true }),
      ]),
    );
    expect(await closed).toEqual([4001, ""]);
    expect(lengths).toEqual([5 * mebi, 5, 5 * mebi]);
  });

  it("FIN without a close frame comes behind the message too", async () => {
    await using server = await serve({ perMessageDeflate: true });
    const { socket, peer } = await handClient(server);
    const lengths: number[] = [];
    peer.packetReceived.connect(({ bytes }) => lengths.push(bytes.length));
    const closed = peer.closed.next();
    socket.end(
      encodeFrame(opcode.binary, deflated(new Uint8Array(5 * mebi)), { masked: true, reservedBits: 0x40 }),
    );
    expect((await closed)[0]).toBe(-1);
    expect(lengths).toEqual([5 * mebi]);
  });

  it("octet by octet", async () => {
    await using server = await serve({ perMessageDeflate: { threshold: 0 } }, echo);
    const { socket, frames } = await handClient(server);
    const frame = encodeFrame(opcode.text, deflated("hello hello hello hello"), {
      masked: true,
      reservedBits: 0x40,
    });
    socket.setNoDelay(true);
    for (const octet of Buffer.concat([frame, frame])) {
      socket.write(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => frames().length === 2);
    // The second by reference to the first.
    expect(frames()[1]!.payload.length).toBeLessThan(frames()[0]!.payload.length);
    socket.destroy();
  });

  it("broadcasts and what is below the threshold go as they are, in order", async () => {
    await using server = await serve({ perMessageDeflate: { threshold: 100 } });
    const { socket, peer, frames } = await handClient(server);
    peer.send(new Uint8Array(200_000));
    peer.sendPrepared(WebSocketPeer.prepare(new Uint8Array(300)));
    peer.send(new Uint8Array(99));
    peer.send(new Uint8Array(100));
    await until(() => frames().length === 4);
    const [large, shared, below, above] = frames().map(({ payload }) => payload.length);
    expect([large! < 1000, shared, below, above! < 99]).toEqual([true, 300, 99, true]);
    socket.destroy();
  });

  it("what is being compressed counts as waiting, and drained() waits for it", async () => {
    await using server = await serve({ perMessageDeflate: true, outboundBufferSize: mebi });
    const { socket, peer, frames } = await handClient(server);
    peer.send(new Uint8Array(600_000));
    expect(peer.currentOutboundBufferedAmount).toBeGreaterThanOrEqual(600_000);
    expect(() => peer.send(new Uint8Array(600_000))).toThrow(/outboundBufferSize/);
    await peer.drained();
    expect(peer.currentOutboundBufferedAmount).toBe(0);
    peer.send(new Uint8Array(600_000));
    await until(() => frames().length === 2);
    socket.destroy();
  });

  it("a close goes behind what was sent before it", async () => {
    await using server = await serve({ perMessageDeflate: true });
    const { socket, peer, frames } = await handClient(server);
    peer.send(new Uint8Array(3_000_000));
    peer.sendText("after");
    peer.close(1000);
    await until(() => frames().length === 3);
    expect(frames().map((frame) => frame.opcode)).toEqual([opcode.binary, opcode.text, opcode.close]);
    socket.destroy();
  });

  it("a peer that dies while its message is worked on leaves nothing behind", async () => {
    await using server = await serve({ perMessageDeflate: true, inboundBufferSize: 64 * mebi });
    const large = deflated(new Uint8Array(32 * mebi));
    const heard: number[] = [];
    for (let i = 0; i < 12; i++) {
      const { socket, peer } = await handClient(server);
      const closed = peer.closed.next();
      peer.packetReceived.connect(({ bytes }) => heard.push(bytes.length));
      peer.send(new Uint8Array(8 * mebi));
      socket.write(encodeFrame(opcode.binary, large, { masked: true, reservedBits: 0x40 }));
      await new Promise((resolve) => setTimeout(resolve, i));
      if (i % 2 === 0) socket.resetAndDestroy();
      else peer.close(-1);
      await closed;
      expect([peer.readyState, peer.currentOutboundBufferedAmount]).toEqual([3, 0]);
      socket.destroy();
    }
    // The next one is served as ever.
    const { socket, peer } = await handClient(server);
    const next = peer.packetReceived.next();
    socket.write(encodeFrame(opcode.binary, large, { masked: true, reservedBits: 0x40 }));
    expect((await next)[0].bytes.length).toBe(32 * mebi);
    socket.destroy();
  });

  it.each([
    8, 9, 15,
  ])("what goes further back than a window of %i does not come to the client", async (bits) => {
    await using server = await serve({ perMessageDeflate: true });
    const { socket, peer } = await handClient(server, `permessage-deflate; server_max_window_bits=${bits}`);
    expect(peer.extensions).toBe(bits === 8 ? "" : `permessage-deflate; server_max_window_bits=${bits}`);
    socket.destroy();
  });
});

describe("our own on both ends", () => {
  it.each([false, true])("16 MiB, compressed: %s", async (perMessageDeflate) => {
    await using server = await serve({ perMessageDeflate }, echo);
    const peer = new WebSocketPeer({ ...roomy, perMessageDeflate });
    await peer.connectToUrl(server.url);
    const message = new Uint8Array(16 * mebi).map((_, at) => at >> 5);
    for (const each of [message, "x".repeat(200), message]) await checkEcho(peer, [each]);
    peer.close(-1);
  });

  it("many messages of all sizes, in order, read by fits and starts", async () => {
    await using server = await serve({ perMessageDeflate: { threshold: 16 }, inboundBufferSize: 150_000 });
    const peer = new WebSocketPeer({ ...roomy, perMessageDeflate: true });
    const accepted = server.next();
    await peer.connectToUrl(server.url);
    const far = await accepted;
    const messages = mixture(8, 300);
    for (const message of messages) typeof message === "string" ? peer.sendText(message) : peer.send(message);
    let at = 0;
    const wrong: number[] = [];
    for await (const packet of far) {
      if (!same(packet.text ?? packet.bytes, messages[at]!)) wrong.push(at);
      if (++at === messages.length) break;
      if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect([at, wrong]).toEqual([messages.length, []]);
    peer.close(-1);
  });

  it("multiplayer peers too", async () => {
    await using server = await WebSocketMultiplayerPeer.createServer(0, {
      perMessageDeflate: true,
      bindAddress: local,
    });
    await using client = WebSocketMultiplayerPeer.createClient(`ws://${local}:${server.port}/`, {
      perMessageDeflate: true,
    });
    const loop = setInterval(() => {
      server.poll();
      client.poll();
    }, 1);
    const [id] = await server.peerConnected.next();
    expect(server.getPeer(id)!.extensions).toBe("permessage-deflate");
    server.targetPeer = id;
    server.putPacket(new Uint8Array(20_000));
    while (client.availablePacketCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(client.getPacket()).toEqual(new Uint8Array(20_000));
    clearInterval(loop);
  });

  it("an environment without a codec offers nothing and agrees to nothing", async () => {
    const pair = createPeerPair({ client: { perMessageDeflate: true }, server: { perMessageDeflate: true } });
    await pair.clock.settle();
    await pair.connected;
    expect([pair.client.extensions, pair.server.extensions]).toEqual(["", ""]);
  });

  it("wrong options are refused at once", () => {
    expect(() => new WebSocketPeer({ perMessageDeflate: { serverMaxWindowBits: 8 } })).toThrow(UsageError);
  });
});
