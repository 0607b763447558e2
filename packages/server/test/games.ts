// Games for tests: clients of a RoomServer, with our library and with the ws package.

import { SceneMultiplayer, WebSocketMultiplayerPeer } from "godot-ws";
import { WebSocket } from "ws";
import { RoomServer, type RoomServerOptions } from "../src/room-server.ts";

export const host = "127.0.0.1";

/** The other events of the process have had their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for what other events bring about. A test that waits in vain runs into its time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

/** Many turns, for things that must not happen. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await nextTurn();
}

export async function startServer(options: RoomServerOptions = {}): Promise<RoomServer & AsyncDisposable> {
  const server = await RoomServer.listen({ port: 0, host, ...options });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

export function roomUrl(server: RoomServer, room: string): string {
  return `ws://${host}:${server.port}/rooms/${room}`;
}

/** A game made with our library, and its signals: `"+2"`, `"-2"`, `"2:text"`. */
export class Game implements AsyncDisposable {
  readonly transport: WebSocketMultiplayerPeer;
  readonly multiplayer = new SceneMultiplayer();
  readonly log: string[] = [];

  constructor(url: string) {
    this.transport = WebSocketMultiplayerPeer.createClient(url);
    this.multiplayer.peerConnected.connect((id) => this.log.push(`+${id}`));
    this.multiplayer.peerDisconnected.connect((id) => this.log.push(`-${id}`));
    this.multiplayer.serverDisconnected.connect(() => this.log.push("server disconnected"));
    this.multiplayer.connectionFailed.connect(() => this.log.push("connection failed"));
    this.multiplayer.peerPacket.connect((id, bytes) =>
      this.log.push(`${id}:${Buffer.from(bytes).toString()}`),
    );
    this.multiplayer.multiplayerPeer = this.transport;
  }

  static async join(server: RoomServer, room: string): Promise<Game> {
    const game = new Game(roomUrl(server, room));
    await until(() => game.id !== 0);
    return game;
  }

  get id(): number {
    return this.multiplayer.uniqueId;
  }

  say(text: string, to = 0): void {
    this.multiplayer.sendBytes(Buffer.from(text), to);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.transport[Symbol.asyncDispose]();
  }
}

/** A game on the wire: what it gets, message by message, in hex. */
export class WireGame {
  readonly socket: WebSocket;
  readonly messages: string[] = [];
  /** Code and reason of the close. */
  closed: [code: number, reason: string] | undefined;
  /** Status and body of a refusal. */
  refused: [status: number, body: string] | undefined;

  constructor(url: string, protocols: string[] = [], options: object = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on("message", (data) => this.messages.push((data as Buffer).toString("hex")));
    this.socket.on("close", (code, reason) => {
      this.closed = [code, reason.toString()];
    });
    this.socket.on("error", () => {});
    this.socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => {
        this.refused = [response.statusCode ?? 0, body];
      });
    });
  }

  static async join(server: RoomServer, room: string): Promise<WireGame> {
    const game = new WireGame(roomUrl(server, room));
    await until(() => game.messages.length > 0);
    return game;
  }

  /** As in the first message. */
  get id(): number {
    return Buffer.from(this.messages[0] ?? "", "hex").readInt32LE();
  }

  send(hex: string): void {
    this.socket.send(Buffer.from(hex, "hex"));
  }
}

/** A peer's id as it stands in a packet. */
export function idHex(id: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(id);
  return bytes.toString("hex");
}
