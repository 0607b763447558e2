/** Rooms behind nginx, by ws and wss: the snippet of README.md is what nginx runs with. */

import { get } from "node:http";
import { SceneMultiplayer, TLSOptions, WebSocketMultiplayerPeer, WebSocketPeer } from "godot-ws";
import { RoomServer } from "godot-ws-server";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createAuthority, issueCertificate } from "../../packages/godot-ws/test/support/certificates.ts";
import { type EngineKind, nativeEngine, startEngine } from "../harness/engine.ts";
import { type Nginx, nginxAvailability, startNginx } from "../harness/nginx.ts";

const available = nginxAvailability();
const native = nativeEngine("native");

const authority = createAuthority();
const local = issueCertificate({ names: ["games.example.com", "127.0.0.1"], issuer: authority });
const tls = TLSOptions.client(authority.certificate);

describe.skipIf(!available.ok)(`rooms behind nginx${available.ok ? "" : ` - ${available.reason}`}`, () => {
  let server: RoomServer;
  let nginx: Nginx;
  let lines: { msg: string; from?: string }[];

  beforeAll(async () => {
    const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const trustedProxies = ["127.0.0.1"];
    server = await RoomServer.listen({ port: 0, host: "127.0.0.1", trustedProxies, log });
    nginx = await startNginx({ upstreamPort: server.port, ...local });
  });
  beforeEach(() => {
    lines = [];
  });
  afterEach(async () => {
    await expect.poll(() => server.rooms.size).toBe(0);
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    await server.close();
  });

  const roomUrl = (scheme: "ws" | "wss", room: string): string =>
    `${scheme}://127.0.0.1:${scheme === "ws" ? nginx.plainPort : nginx.securePort}/rooms/${room}`;

  test.each([
    "ws",
    "wss",
  ] as const)("our clients by %s: packets of every length class, one leaves", async (scheme) => {
    const [a, b] = [1, 2].map(() => {
      const multiplayer = new SceneMultiplayer();
      const url = roomUrl(scheme, "ours");
      multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url, {
        tls,
        outboundBufferSize: 1 << 20,
        inboundBufferSize: 1 << 20,
      });
      return multiplayer;
    }) as [SceneMultiplayer, SceneMultiplayer];
    await expect.poll(() => [a.peers.length, b.peers.length]).toEqual([2, 2]);
    for (const length of [1, 100, 200, 70_000, 500_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
      const heard = b.peerPacket.next();
      a.sendBytes(bytes, b.uniqueId);
      const [from, received] = await heard;
      expect(from).toBe(a.uniqueId);
      expect(Buffer.compare(received, bytes)).toBe(0);
    }
    const [id, left] = [a.uniqueId, b.peerDisconnected.next()];
    a.multiplayerPeer?.close();
    expect(await left).toEqual([id]);
    b.multiplayerPeer?.close();
  });

  test.each(["ws", "wss"] as const)("a subprotocol and the close code by %s", async (scheme) => {
    const peer = new WebSocketPeer({ supportedProtocols: ["chat"] });
    await peer.connectToUrl(roomUrl(scheme, "blue"), { tls });
    expect(peer.selectedProtocol).toBe("chat");
    peer.close(1000, "bye");
    expect(await peer.closed.next()).toEqual([1000, "bye"]);
  });

  test("a refusal comes through with its status", async () => {
    const peer = new WebSocketPeer();
    const url = `ws://127.0.0.1:${nginx.plainPort}/nowhere`;
    await expect(peer.connectToUrl(url)).rejects.toMatchObject({ status: 404 });
  });

  test("the page comes through", async () => {
    const status = await new Promise((resolve, reject) => {
      get(`http://127.0.0.1:${nginx.plainPort}/status`, (response) => {
        resolve(response.statusCode);
        response.resume();
      }).on("error", reject);
    });
    expect(status).toBe(200);
  });

  test.each([
    "ws",
    "wss",
  ] as const)("the client of the package ws by %s, as whom nginx saw it", async (scheme) => {
    const client = new WebSocket(roomUrl(scheme, "blue"), {
      ca: authority.certificate,
      localAddress: "127.0.0.2",
      headers: { "X-Forwarded-For": "6.6.6.6" },
    });
    const id = await new Promise<Buffer>((resolve, reject) => {
      client.on("message", (data: Buffer) => resolve(data));
      client.on("error", reject);
    });
    expect(id).toHaveLength(4);
    await expect.poll(() => lines.find(({ from }) => from !== undefined)?.from).toBe("127.0.0.2");
    const closed = new Promise((resolve) => client.on("close", resolve));
    client.close(1000);
    expect(await closed).toBe(1000);
  });

  test.skipIf(!native.ok)("Godot games by ws and wss in one room", async () => {
    const join = (engine: EngineKind, scheme: "ws" | "wss", name: string) =>
      startEngine({
        engine,
        project: "room-client",
        files: { "trusted.crt": authority.certificate },
        timeoutMs: 50_000,
        args: [
          `--url=${roomUrl(scheme, "games")}`,
          `--name=${name}`,
          "--room=games",
          "--expect=3",
          ...(scheme === "wss" ? ["--tls=trusted"] : []),
        ],
      });
    const engines = [join("native", "wss", "a"), join("native", "ws", "b"), join("web", "ws", "c")];
    const reports = await Promise.all(engines.map((engine) => engine.finished));
    expect(reports.every((report) => report.passed >= 20)).toBe(true);
  });

  test("nginx had nothing to complain about", () => {
    expect(nginx.errors()).toBe("");
  });
});
