/** Our clients against native Godot servers: WebSocketPeer with accept_stream, and a multiplayer host. */

import { SceneMultiplayer, WebSocketMultiplayerPeer, WebSocketPeer } from "godot-ws";
import { describe, expect, test } from "vitest";
import { type Engine, nativeEngine, startEngine } from "../harness/engine.ts";

const native = nativeEngine("native");
const portOf = async (server: Engine) => Number((await server.waitForLine(/^LISTENING (\d+)/))[1]);

describe.skipIf(!native.ok)(`our clients${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test("a native server sends text and binary back, of every length class", async () => {
    await using server = startEngine({ engine: "native", project: "echo-server", args: ["--protocol=chat"] });
    const url = `ws://127.0.0.1:${await portOf(server)}/a/path?and=query`;
    const peer = new WebSocketPeer({
      supportedProtocols: ["other", "chat"],
      handshakeHeaders: ["X-Token: 1"],
      inboundBufferSize: 1 << 20,
      outboundBufferSize: 1 << 20,
    });
    await peer.connectToUrl(url);
    expect(peer.selectedProtocol).toBe("chat");
    await server.waitForLine(new RegExp(`^OPEN ${url.replace(/[.?]/g, "\\$&")} chat$`));

    for (const text of ["hello", "", "héllo wörld €😀 日本語", "x".repeat(126), "ü".repeat(40_000)]) {
      peer.sendText(text);
      const [packet] = await peer.packetReceived.next();
      expect(packet.text).toBe(text);
    }
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 500_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      peer.send(bytes);
      const [packet] = await peer.packetReceived.next();
      expect(packet.text).toBeUndefined();
      expect(Buffer.compare(packet.bytes, bytes)).toBe(0);
    }

    peer.close(1000, "bye");
    expect(await peer.closed.next()).toEqual([1000, "bye"]);
    await server.waitForLine(/^CLOSED 1000 bye$/);
  });

  test("a native server closes with a code of its own", async () => {
    await using server = startEngine({ engine: "native", project: "echo-server" });
    const peer = new WebSocketPeer();
    await peer.connectToUrl(`ws://127.0.0.1:${await portOf(server)}/`);
    peer.sendText("close:4002:für heute");
    expect(await peer.closed.next()).toEqual([4002, "für heute"]);
  });

  test("a native server's refusal is an error that is seen, as is a port without listener", async () => {
    await using server = startEngine({ engine: "native", project: "echo-server", args: ["--protocol=chat"] });
    const peer = new WebSocketPeer();
    await expect(peer.connectToUrl(`ws://127.0.0.1:${await portOf(server)}/`)).rejects.toThrow(
      "cannot connect",
    );
    await expect(peer.connectToUrl("ws://127.0.0.1:1/")).rejects.toThrow("ECONNREFUSED");
    expect([peer.readyState, peer.closeCode]).toEqual([WebSocketPeer.State.CLOSED, -1]);
  });

  test("a native multiplayer host takes us for a peer, and relays bytes between two of us", async () => {
    await using server = startEngine({ engine: "native", project: "room-server" });
    const url = `ws://127.0.0.1:${await portOf(server)}/`;
    const [a, b] = [join(url), join(url)];
    await Promise.all([a, b].map((multiplayer) => until(() => multiplayer.peers.length === 2)));
    expect(a.peers.sort()).toEqual([1, b.uniqueId].sort());

    const heard = b.peerPacket.next();
    a.sendBytes(Uint8Array.of(1, 2, 3), b.uniqueId);
    expect(await heard).toEqual([a.uniqueId, Uint8Array.of(1, 2, 3)]);

    const gone = b.peerDisconnected.next();
    const id = a.uniqueId;
    a.multiplayerPeer?.close();
    expect(await gone).toEqual([id]);
    b.multiplayerPeer?.close();
  });
});

function join(url: string): SceneMultiplayer {
  const multiplayer = new SceneMultiplayer();
  multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
  return multiplayer;
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 10_000 }).toBe(true);
}
