/** Other people's WebSockets against ours, both ways: what any of them sends comes back as it was. */

import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
  connect as tcpConnect,
} from "node:net";
import { WebSocketPeer } from "godot-ws";
import { EchoServer } from "godot-ws-server";
import { WebSocket as UndiciWebSocket } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer, WebSocket as WsWebSocket } from "ws";

const mebi = 1024 * 1024;
const texts = ["", "hello", "héllo wörld €😀", "x".repeat(125), "x".repeat(126), "ü".repeat(40_000)];
const lengths = [0, 1, 125, 126, 65_535, 65_536, 16 * mebi];
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));

/** What the clients have in common. */
interface EchoClient {
  send(message: string | Uint8Array): void;
  next(): Promise<string | Uint8Array>;
  /** Closes and tells with which code and reason it ended. */
  close(code: number, reason: string): Promise<[number, string]>;
}

async function checkEchoes(client: EchoClient): Promise<void> {
  for (const message of [...texts, ...lengths.map(bytes)]) {
    client.send(message);
    const answer = await client.next();
    // Not toEqual: it would take minutes to compare 16 MiB.
    const same =
      typeof message === "string"
        ? answer === message
        : typeof answer !== "string" && Buffer.compare(answer, message) === 0;
    expect(same, `${typeof message} of ${message.length}`).toBe(true);
  }
  expect(await client.close(4001, "für heute")).toEqual([4001, "für heute"]);
}

/** A client with the browser's interface. */
function browserLike(socket: WsWebSocket | UndiciWebSocket): Promise<EchoClient> {
  const inbox: (string | Uint8Array)[] = [];
  let wake = (): void => {};
  socket.binaryType = "arraybuffer";
  const on = socket.addEventListener.bind(socket) as (name: string, slot: (event: never) => void) => void;
  on("message", ({ data }: { data: string | ArrayBuffer }) => {
    inbox.push(typeof data === "string" ? data : new Uint8Array(data));
    wake();
  });
  const client: EchoClient = {
    send: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
    async next() {
      while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return inbox.shift()!;
    },
    close: (code, reason) =>
      new Promise((resolve) => {
        on("close", (event: { code: number; reason: string }) => resolve([event.code, event.reason]));
        socket.close(code, reason);
      }),
  };
  return new Promise((resolve, reject) => {
    on("open", () => resolve(client));
    on("error", reject);
  });
}

async function ours(url: string, perMessageDeflate: boolean): Promise<EchoClient> {
  const peer = new WebSocketPeer({
    inboundBufferSize: 17 * mebi,
    outboundBufferSize: 64 * mebi,
    perMessageDeflate,
  });
  await peer.connectToUrl(url);
  const packets = peer[Symbol.asyncIterator]();
  return {
    send: (message) => (typeof message === "string" ? peer.sendText(message) : peer.send(message)),
    next: async () => {
      const { value } = await packets.next();
      return value?.text ?? value?.bytes ?? "the connection ended";
    },
    close: async (code, reason) => {
      peer.close(code, reason);
      return peer.closed.next();
    },
  };
}

describe.each([false, true])("compression: %s", (perMessageDeflate) => {
  let echo: EchoServer;
  let wsServer: WebSocketServer;
  beforeAll(async () => {
    echo = await EchoServer.listen(0, "127.0.0.1", { perMessageDeflate });
    wsServer = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate, maxPayload: 17 * mebi });
    wsServer.on("connection", (socket) =>
      socket.on("message", (data, binary) => socket.send(data, { binary })),
    );
  });
  afterAll(async () => {
    await echo.close();
    wsServer.close();
  });

  test("ws as a client of our server", async () => {
    const socket = new WsWebSocket(`ws://127.0.0.1:${echo.port}/`, {
      perMessageDeflate,
      maxPayload: 17 * mebi,
    });
    const client = await browserLike(socket);
    expect(socket.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
    await checkEchoes(client);
  });

  // It always offers compression.
  test("Node's own client (undici) of our server", async () => {
    const socket = new UndiciWebSocket(`ws://127.0.0.1:${echo.port}/`);
    const client = await browserLike(socket);
    expect(socket.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
    await checkEchoes(client);
  });

  test("our client of a ws server", async () => {
    await checkEchoes(
      await ours(`ws://127.0.0.1:${(wsServer.address() as AddressInfo).port}/`, perMessageDeflate),
    );
  });

  test("our client of our server", async () => {
    await checkEchoes(await ours(`ws://127.0.0.1:${echo.port}/`, perMessageDeflate));
  });

  test("every octet in a TCP segment of its own, both ways", async () => {
    await using chopper = await chop(echo.port);
    const client = await ours(`ws://127.0.0.1:${chopper.port}/`, perMessageDeflate);
    for (const message of ["", "hello wörld", "x".repeat(300), bytes(700)]) {
      client.send(message);
      expect(await client.next()).toEqual(message);
    }
    expect(await client.close(1000, "bye")).toEqual([1000, "bye"]);
  });
});

/** A TCP proxy that passes each octet on by itself. */
async function chop(target: number): Promise<AsyncDisposable & { port: number }> {
  const pass = (from: Socket, to: Socket): void => {
    to.setNoDelay(true);
    from.on("data", async (chunk: Buffer) => {
      from.pause();
      for (const octet of chunk) {
        await new Promise((resolve) => to.write(Uint8Array.of(octet), resolve));
      }
      from.resume();
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
  };
  const server: Server = createTcpServer({ allowHalfOpen: true }, (near) => {
    const far = tcpConnect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
