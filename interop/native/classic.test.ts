/** Godot 3's own WebSocketClient and WebSocketServer against ours. */

import { WebSocketClient, WebSocketPeer, WebSocketServer } from "godot-ws";
import { describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../harness/engine.ts";
import { freePort } from "../harness/free-port.ts";

const native = nativeEngine("native3");
const { TEXT, BINARY } = WebSocketPeer.WriteMode;

describe.skipIf(!native.ok)(`the classic pair${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test.each([
    ["us", [["close request", 4001, "from Godot 3"]]],
    ["server", []],
  ])("Godot's client and our server; the end by %s", async (ends, requests) => {
    await using server = new WebSocketServer();
    const log: unknown[] = [];
    server.clientConnected.connect((id, protocol) =>
      log.push(["connected", protocol, server.getPeer(id)?.request?.headers.get("x-token")]),
    );
    server.dataReceived.connect((id, packet) => {
      if (packet.text === "close") server.disconnectPeer(id, 4002, "as you wish");
      else server.getPeer(id)?.send(packet.bytes, packet.isText ? TEXT : BINARY);
    });
    server.clientCloseRequest.connect((_, code, reason) => log.push(["close request", code, reason]));
    server.clientDisconnected.connect((_, wasClean) => log.push(["disconnected", wasClean]));
    await server.listen(0, { bindAddress: "127.0.0.1", protocols: ["chat"] });

    const args = [`--url=ws://127.0.0.1:${server.port}/`, `--ends=${ends}`];
    const report = await startEngine({ engine: "native3", project: "classic-client", args }).finished;
    expect(report.passed).toBeGreaterThan(3);
    await expect.poll(() => log.length).toBe(2 + requests.length);
    expect(log).toEqual([["connected", "chat", "7"], ...requests, ["disconnected", true]]);
  });

  test("our client and Godot's server; the end by either", async () => {
    const port = await freePort();
    await using engine = startEngine({
      engine: "native3",
      project: "classic-server",
      args: [`--port=${port}`],
    });
    await engine.waitForLine(/^LISTENING/);
    const client = new WebSocketClient();
    const log: unknown[] = [];
    client.connectionEstablished.connect((protocol) => log.push(["established", protocol]));
    client.serverCloseRequest.connect((code, reason) => log.push(["close request", code, reason]));

    const connect = () => client.connectToUrl(`ws://127.0.0.1:${port}/`, { protocols: ["mail", "chat"] });
    await connect();
    client.getPeer(1).sendText("grüße");
    expect((await client.dataReceived.next())[0].text).toBe("grüße");
    client.getPeer(1).putPacket(Uint8Array.of(0, 255));
    expect((await client.dataReceived.next())[0].bytes).toEqual(Uint8Array.of(0, 255));
    client.disconnectFromHost(4001, "from us");
    expect(await client.connectionClosed.next()).toEqual([true]);
    await engine.waitForLine(/^CONNECTED chat$/);
    await engine.waitForLine(/^CLOSE REQUEST 4001 from us$/);
    await engine.waitForLine(/^DISCONNECTED True$/);

    await connect();
    client.getPeer(1).sendText("close");
    expect(await client.connectionClosed.next()).toEqual([true]);
    expect(log).toEqual([
      ["established", "chat"],
      ["established", "chat"],
      ["close request", 4002, "as you wish"],
    ]);
  });
});
