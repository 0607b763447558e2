// The far side of client.contract.ts: servers of ours, with Node's sockets, that do as they are told.

import {
  defineRpc,
  Node,
  SceneTree,
  type UpgradeRequest,
  WebSocketMultiplayerPeer,
  WebSocketServer,
} from "godot-ws";

export interface ContractServers extends AsyncDisposable {
  /** Where a WebSocketServer echoes, but for texts that are orders. */
  readonly echoUrl: string;
  /** Where a SceneMultiplayer sends back what it is sent, and relays. */
  readonly roomUrl: string;
  /** How the connections that are gone ended, as the server saw it: code and reason. */
  readonly ends: readonly string[];
}

/** As in client.contract.ts. */
class Greeter extends Node {
  greet(name: string, position: unknown): void {
    this.rpcId(this.multiplayer.remoteSenderId).greeted(`hello, ${name}`, position);
  }

  greeted(_text: string, _position: unknown): void {}
}
defineRpc(Greeter, "greet", { mode: "any_peer" });
defineRpc(Greeter, "greeted");

export async function startContractServers(): Promise<ContractServers> {
  const ends: string[] = [];
  const echo = await startEcho(ends);
  const tree = new SceneTree();
  tree.root.addChild(new Greeter("Greeter"));
  const room = tree.multiplayer;
  const roomPeer = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1" });
  room.multiplayerPeer = roomPeer;
  room.peerPacket.connect((id, packet) => room.sendBytes(packet, id));
  return {
    echoUrl: `ws://127.0.0.1:${echo.port}`,
    roomUrl: `ws://127.0.0.1:${roomPeer.port}`,
    ends,
    async [Symbol.asyncDispose]() {
      await Promise.all([echo.server[Symbol.asyncDispose](), roomPeer[Symbol.asyncDispose]()]);
    },
  };
}

async function startEcho(ends: string[]): Promise<{ server: WebSocketServer; port: number }> {
  const size = 4 * 1024 * 1024;
  const server = new WebSocketServer({ inboundBufferSize: size, outboundBufferSize: size });
  server.dataReceived.connect((id, packet) => {
    const peer = server.getPeer(id)!;
    const [order, ...parameters] = packet.text?.split(":") ?? [];
    if (order === "close") peer.close(Number(parameters[0]), parameters[1]);
    else if (order === "drop") peer.close(-1);
    else if (order === "count") for (let i = 0; i < Number(parameters[0]); i++) peer.sendText(String(i));
    else peer.send(packet.bytes, packet.isText ? 0 : 1);
  });
  server.clientDisconnected.connect((_, __, peer) => ends.push(`${peer.closeCode} ${peer.closeReason}`));
  await server.listen(0, { bindAddress: "127.0.0.1", answer });
  return { server, port: server.port };
}

function answer({ path, protocols }: UpgradeRequest) {
  if (path === "/refuse") return { status: 403, reason: "not you" };
  if (path === "/silent") return new Promise<never>(() => {});
  return { protocol: protocols.includes("chat") ? "chat" : undefined };
}
