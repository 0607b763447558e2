import { WebSocketPeer } from "godot-ws";
import { describe, expect, test } from "vitest";
import { EchoServer } from "../src/echo-server.ts";
import { host, until } from "./games.ts";

describe("EchoServer", () => {
  test("sends everything back as what it was", async () => {
    await using server = await EchoServer.listen(0, host);
    const peer = new WebSocketPeer({ inboundBufferSize: 1_000_000, outboundBufferSize: 0 });
    await peer.connectToUrl(`ws://${host}:${server.port}/any/path`);
    const packets = peer[Symbol.asyncIterator]();
    for (const message of ["grüße", "", Uint8Array.of(1, 2), new Uint8Array(0), "x".repeat(70_000)]) {
      if (typeof message === "string") peer.sendText(message);
      else peer.send(message);
      const { value } = await packets.next();
      expect(value?.text ?? value?.bytes).toEqual(message);
    }
    expect(server.connectionCount).toBe(1);
    await peer[Symbol.asyncDispose]();
    await until(() => server.connectionCount === 0);
  });

  test("grants the first subprotocol, or of its own only", async () => {
    await using any = await EchoServer.listen(0, host);
    const peer = new WebSocketPeer({ supportedProtocols: ["a", "b"] });
    await peer.connectToUrl(`ws://${host}:${any.port}/`);
    expect(peer.selectedProtocol).toBe("a");
    await using chosen = await EchoServer.listen(0, host, { supportedProtocols: ["b"] });
    const other = new WebSocketPeer({ supportedProtocols: ["a", "b"] });
    await other.connectToUrl(`ws://${host}:${chosen.port}/`);
    expect(other.selectedProtocol).toBe("b");
    await expect(new WebSocketPeer().connectToUrl(`ws://${host}:${chosen.port}/`)).rejects.toMatchObject({
      status: 400,
    });
  });

  test("close says 1001 to everybody", async () => {
    const server = await EchoServer.listen(0, host);
    const peers = [new WebSocketPeer(), new WebSocketPeer()];
    await Promise.all(peers.map((peer) => peer.connectToUrl(`ws://${host}:${server.port}/`)));
    const closes = Promise.all(peers.map((peer) => peer.closed.next()));
    await server.close();
    expect(await closes).toEqual([
      [1001, ""],
      [1001, ""],
    ]);
  });

  test("tells a browser what it is", async () => {
    await using server = await EchoServer.listen(0, host);
    const response = await fetch(`http://${host}:${server.port}/`);
    expect([response.status, await response.text()]).toEqual([426, "this is a WebSocket echo server\n"]);
  });
});
