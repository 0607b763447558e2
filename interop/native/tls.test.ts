/** TLS between native Godot, which brings mbedTLS, and us, who use Node's OpenSSL: as client and as server. */

import { SceneMultiplayer, TLSOptions, WebSocketMultiplayerPeer, WebSocketPeer } from "godot-ws";
import { RoomServer } from "godot-ws-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority, issueCertificate } from "../../packages/godot-ws/test/support/certificates.ts";
import { type Engine, nativeEngine, startEngine } from "../harness/engine.ts";

const native = nativeEngine("native");
const engine = "native";
const portOf = async (server: Engine) => Number((await server.waitForLine(/^LISTENING (\d+)/))[1]);

const authority = createAuthority();
const local = issueCertificate({ names: ["localhost", "127.0.0.1"], issuer: authority });
const elsewhere = issueCertificate({ names: ["elsewhere.example"], issuer: authority });
const trusted = { "trusted.crt": authority.certificate };

// By address: a native engine's own root has no /etc/hosts. Names are told with --common-name.
describe.skipIf(!native.ok)(`Godot clients and our TLS${native.ok ? "" : ` - ${native.reason}`}`, () => {
  let named: WebSocketMultiplayerPeer;
  let other: WebSocketMultiplayerPeer;
  const urlOf = (server: WebSocketMultiplayerPeer) => `wss://127.0.0.1:${server.port}/`;

  beforeAll(async () => {
    named = await listen(TLSOptions.server(local.key, local.certificate));
    other = await listen(TLSOptions.server(elsewhere.key, elsewhere.certificate));
  });
  afterAll(async () => {
    await Promise.all([named, other].map((server) => server[Symbol.asyncDispose]()));
  });

  /** Whether a WebSocketPeer of Godot's gets through or finds itself refused. */
  const client = (what: "url" | "refused", url: string, ...args: string[]) =>
    startEngine({ engine, project: "tls-client", files: trusted, args: [`--${what}=${url}`, ...args] })
      .finished;

  test("TLSOptions.client: the chain it trusts, and for the right name only", async () => {
    await client("url", urlOf(named), "--tls=trusted");
    await client("refused", urlOf(named), "--tls=trusted", "--common-name=elsewhere.example");
    await client("refused", urlOf(other), "--tls=trusted");
    await client("url", urlOf(other), "--tls=trusted", "--common-name=elsewhere.example");
  });

  test("TLSOptions.client of another chain, and Godot's default, refuse us; client_unsafe does not", async () => {
    await startEngine({
      engine,
      project: "tls-client",
      files: { "trusted.crt": createAuthority("another").certificate },
      args: [`--refused=${urlOf(named)}`, "--tls=trusted"],
    }).finished;
    await client("refused", urlOf(named));
    await client("url", urlOf(named), "--tls=unsafe");
    await client("url", urlOf(other), "--tls=unsafe");
  });

  test("an expired certificate", async () => {
    const expired = issueCertificate({ names: ["127.0.0.1"], issuer: authority, fromDays: -9, toDays: -2 });
    const server = await listen(TLSOptions.server(expired.key, expired.certificate));
    await client("refused", urlOf(server), "--tls=trusted");
    await client("url", urlOf(server), "--tls=unsafe");
    await server[Symbol.asyncDispose]();
  });

  test("a certificate that is exchanged while the server runs is the next client's", async () => {
    const server = await listen(TLSOptions.server(elsewhere.key, elsewhere.certificate));
    await client("refused", urlOf(server), "--tls=trusted");
    server.setTlsOptions(TLSOptions.server(local.key, local.certificate));
    await client("url", urlOf(server), "--tls=trusted");
    await server[Symbol.asyncDispose]();
  });

  test("SNI: Godot's client gets the certificate of the name it calls", async () => {
    const sni = { "elsewhere.example": elsewhere };
    const server = await listen(TLSOptions.server(local.key, local.certificate, { sni }));
    await client("url", urlOf(server), "--tls=trusted", "--common-name=elsewhere.example");
    await client("url", urlOf(server), "--tls=trusted");
    await server[Symbol.asyncDispose]();
  });

  test("games meet in a room by wss://", async () => {
    const server = await RoomServer.listen({
      port: 0,
      host: "127.0.0.1",
      tls: TLSOptions.server(local.key, local.certificate),
    });
    const join = (name: string) =>
      startEngine({
        engine,
        project: "room-client",
        files: trusted,
        timeoutMs: 50_000,
        args: [
          `--url=wss://127.0.0.1:${server.port}/rooms/blue`,
          "--tls=trusted",
          `--name=${name}`,
          "--room=blue",
          "--expect=3",
        ],
      });
    const reports = await Promise.all(["a", "b", "c"].map((name) => join(name).finished));
    expect(reports.every((report) => report.passed >= 20)).toBe(true);
    await server.close();
  });

  test("a client without TLS is refused at once, not left hanging", async () => {
    await client("refused", urlOf(named).replace("wss:", "ws:"));
  });

  test("a client with TLS at a port without is refused at once", async () => {
    const server = await listen();
    await client("refused", urlOf(server), "--tls=trusted");
    await client("url", urlOf(server).replace("wss:", "ws:"));
    await server[Symbol.asyncDispose]();
  });
});

describe.skipIf(!native.ok)(`our clients and Godot's TLS${native.ok ? "" : ` - ${native.reason}`}`, () => {
  const files = { "server.key": local.key, "server.crt": local.certificate };
  const tls = TLSOptions.client(authority.certificate);

  test("WebSocketPeer: trusted, refused for its name or its chain, unsafe", async () => {
    await using server = startEngine({ engine, project: "echo-server", files, args: ["--tls"] });
    const port = await portOf(server);
    const peer = new WebSocketPeer();
    await peer.connectToUrl(`wss://localhost:${port}/x`, { tls });
    await server.waitForLine(new RegExp(`^OPEN wss://localhost:${port}/x`));
    const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => i * 7);
    peer.send(bytes);
    const [packet] = await peer.packetReceived.next();
    expect(Buffer.compare(packet.bytes, bytes)).toBe(0);
    peer.close(1000, "bye");
    expect(await peer.closed.next()).toEqual([1000, "bye"]);

    const url = `wss://127.0.0.1:${port}`;
    const wrongName = TLSOptions.client(authority.certificate, "b.example");
    await expect(peer.connectToUrl(url, { tls: wrongName })).rejects.toThrow("not for b.example but for");
    await expect(peer.connectToUrl(url)).rejects.toThrow("signed by nobody we trust");
    await peer.connectToUrl(url, { tls: TLSOptions.clientUnsafe() });
    peer.close(-1);
  });

  test("WebSocketMultiplayerPeer joins a host", async () => {
    await using server = startEngine({ engine, project: "room-server", files, args: ["--tls"] });
    const url = `wss://localhost:${await portOf(server)}/`;
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url, { tls });
    await expect.poll(() => multiplayer.peers, { timeout: 10_000 }).toEqual([1]);
    multiplayer.multiplayerPeer.close();
  });

  test("a Godot host with TLS says no to a client without, and the other way round", async () => {
    await using secured = startEngine({ engine, project: "echo-server", files, args: ["--tls"] });
    await using plain = startEngine({ engine, project: "echo-server" });
    const peer = new WebSocketPeer({ handshakeTimeoutMs: 3000 });
    await expect(peer.connectToUrl(`ws://localhost:${await portOf(secured)}`)).rejects.toThrow("speaks TLS");
    // Godot's server without TLS waits for the end of a request that never comes.
    await expect(peer.connectToUrl(`wss://localhost:${await portOf(plain)}`, { tls })).rejects.toThrow(
      "the handshake took too long",
    );
  });
});

/** A multiplayer server that only has to be there. */
async function listen(tls?: TLSOptions): Promise<WebSocketMultiplayerPeer> {
  const server = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1", tls });
  new SceneMultiplayer().multiplayerPeer = server;
  return server;
}
