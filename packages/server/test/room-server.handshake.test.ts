// Who gets into a RoomServer, by which door, and as whom the log knows him: TLS, origins, addresses behind proxies.

import { get } from "node:https";
import { connect } from "node:net";
import { TLSOptions, UsageError, WebSocketPeer } from "godot-ws";
import pino from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { createAuthority, issueCertificate } from "../../godot-ws/test/support/certificates.ts";
import { RoomServer, type RoomServerOptions } from "../src/room-server.ts";

const authority = createAuthority();
const local = issueCertificate({ names: ["localhost"], issuer: authority });
const elsewhere = issueCertificate({ names: ["elsewhere.example"], issuer: authority });
const tls = TLSOptions.server(local.key, local.certificate);
const trusting = TLSOptions.client(authority.certificate);

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

async function start(options: RoomServerOptions): Promise<RoomServer> {
  const server = await RoomServer.listen({ port: 0, host: "127.0.0.1", ...options });
  disposals.push(() => server.close());
  return server;
}

async function join(url: string, headers: string[] = [], options = {}): Promise<WebSocketPeer> {
  const peer = new WebSocketPeer({ handshakeHeaders: headers });
  disposals.push(() => peer.close(-1));
  await peer.connectToUrl(url, options);
  return peer;
}

/** A log, and its lines so far. */
function createLog() {
  const lines: { msg: string; from?: string; status?: number }[] = [];
  return { lines, log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

describe("TLS", () => {
  test("page, status and rooms are behind one port", async () => {
    const { port } = await start({ tls });
    const peer = await join(`wss://localhost:${port}/rooms/blue`, [], { tls: trusting });
    for await (const { bytes } of peer) {
      expect(bytes).toHaveLength(4);
      break;
    }
    const status = await new Promise<string>((resolve, reject) => {
      get({ port, host: "localhost", path: "/status", ca: authority.certificate }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(text));
      }).on("error", reject);
    });
    expect(JSON.parse(status)).toMatchObject({ rooms: [{ name: "blue" }] });
  });

  test("certificates by name, and others from then on, while a game stays in its room", async () => {
    const server = await start({
      tls: TLSOptions.server(elsewhere.key, elsewhere.certificate, { sni: { localhost: local } }),
    });
    const url = `wss://localhost:${server.port}/rooms/blue`;
    const first = await join(url, [], { tls: trusting });
    server.setTlsOptions(TLSOptions.server(elsewhere.key, elsewhere.certificate));
    await expect(join(url, [], { tls: trusting })).rejects.toThrow(
      "not for localhost but for DNS:elsewhere.example",
    );
    expect(first.readyState).toBe(WebSocketPeer.State.OPEN);
    expect(server.rooms.get("blue")?.peerCount).toBe(1);
    server.setTlsOptions(tls);
    await join(url, [], { tls: trusting });
  });

  test("what cannot be used changes nothing", async () => {
    const server = await start({ tls });
    expect(() => server.setTlsOptions(TLSOptions.server(local.key, elsewhere.certificate))).toThrow(
      UsageError,
    );
    expect(() => server.setTlsOptions(trusting)).toThrow(UsageError);
    await join(`wss://localhost:${server.port}/rooms/blue`, [], { tls: trusting });
    await expect(start({ tls: TLSOptions.server(local.key, elsewhere.certificate) })).rejects.toThrow(
      UsageError,
    );
  });

  test("who says nothing is cut long before Node would", async () => {
    const { port } = await start({ tls });
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(socket.bytesRead).toBe(0);
  });

  test("a server without it has no certificate to change, and tells a client with it", async () => {
    const server = await start({});
    expect(() => server.setTlsOptions(tls)).toThrow(UsageError);
    await expect(join(`wss://localhost:${server.port}/rooms/blue`)).rejects.toThrow("does not speak TLS");
  });
});

describe("origins", () => {
  test("are not asked for by default", async () => {
    const { port } = await start({});
    await join(`ws://127.0.0.1:${port}/rooms/blue`, ["Origin: https://anywhere.example"]);
  });

  test("others than the allowed ones are refused, programs without one are not", async () => {
    const { lines, log } = createLog();
    const { port } = await start({ allowedOrigins: ["*.example.com"], log });
    const url = `ws://127.0.0.1:${port}/rooms/blue`;
    await expect(join(url, ["Origin: https://evil.example"])).rejects.toMatchObject({ status: 403 });
    await join(url, ["Origin: https://games.example.com"]);
    await join(url);
    // Who may come still has to find a room.
    await expect(
      join(`ws://127.0.0.1:${port}/`, ["Origin: https://games.example.com"]),
    ).rejects.toMatchObject({ status: 404 });
    const refused = () => lines.filter(({ status }) => status === 403);
    await expect.poll(refused).toMatchObject([{ msg: "refused: this origin is not allowed" }]);
  });

  test("that are none are the caller's mistake", async () => {
    await expect(start({ allowedOrigins: ["example.com"] })).rejects.toThrow(UsageError);
    await expect(start({ trustedProxies: ["10.0.0.0/99"] })).rejects.toThrow(UsageError);
  });
});

describe("the log", () => {
  const forwarded = ["X-Forwarded-For: 6.6.6.6, 203.0.113.7"];

  async function addressesIn(options: RoomServerOptions): Promise<(string | undefined)[]> {
    const { lines, log } = createLog();
    const { port } = await start({ ...options, log });
    await join(`ws://127.0.0.1:${port}/rooms/blue`, forwarded);
    await join(`ws://127.0.0.1:${port}/nowhere`, forwarded).catch(() => {});
    const named = () => lines.filter(({ msg }) => /^(joined|refused)/.test(msg));
    await expect.poll(() => named().length).toBe(2);
    return named().map(({ from }) => from);
  }

  test("has the address of the socket, whatever the client says", async () => {
    expect(await addressesIn({})).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(await addressesIn({ trustedProxies: ["10.0.0.0/8"] })).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  test("has the client's behind a trusted proxy", async () => {
    expect(await addressesIn({ trustedProxies: ["127.0.0.0/8"] })).toEqual(["203.0.113.7", "203.0.113.7"]);
  });
});
