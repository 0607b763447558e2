/** Peers in Godot engines: a native one for all clients, one for all servers, and a web engine for clients too. */

import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Engine, type EngineKind, startEngine } from "../../harness/engine.ts";
import {
  type Flood,
  type Maker,
  type Platform,
  type Query,
  type Role,
  type Settings,
  type State,
  type Subject,
  showPacket,
  states,
} from "./subject.ts";

const projects = new URL("../../projects/", import.meta.url);
const longestRunMs = 170_000;

const errorNames: Readonly<Record<number, string>> = {
  0: "OK",
  1: "FAILED",
  2: "ERR_UNAVAILABLE",
  3: "ERR_UNCONFIGURED",
  6: "ERR_OUT_OF_MEMORY",
  22: "ERR_ALREADY_IN_USE",
  25: "ERR_CANT_CONNECT",
  26: "ERR_CANT_RESOLVE",
  31: "ERR_INVALID_PARAMETER",
};

function errorName(code: unknown): string {
  return errorNames[code as number] ?? `error ${code}`;
}

/** What an engine tells between its answers. */
type Event = { peer: number } & ({ state: number } | { text: boolean; size: number; hex: string });
type Line = Event | { answers: number; value: unknown };

export class EngineGone extends Error {}

/** An engine that runs wire-client or wire-server, and the line to it. */
class RemoteEngine implements Maker {
  readonly engine: Engine;
  readonly #server: WebSocketServer;
  readonly #socket: Promise<WebSocket>;
  /** Rejects when the engine is no more. */
  readonly #ended: Promise<never>;
  readonly #asked = new Map<number, (value: unknown) => void>();
  readonly #subjects = new Map<number, GodotPeer>();
  #count = 0;

  static async start(role: Role, kind: EngineKind = "native"): Promise<RemoteEngine> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise<void>((resolve) => server.once("listening", resolve));
    return new RemoteEngine(role, kind, server);
  }

  private constructor(role: Role, kind: EngineKind, server: WebSocketServer) {
    this.#server = server;
    this.#socket = new Promise((resolve) => server.once("connection", resolve));
    this.engine = startEngine({
      engine: kind,
      project: {
        "main.gd": readFileSync(new URL(`wire-${role}/main.gd`, projects), "utf8"),
        "remote.gd": readFileSync(new URL("wire-client/remote.gd", projects), "utf8"),
      },
      args: [`--control=ws://127.0.0.1:${(server.address() as AddressInfo).port}/`],
      timeoutMs: longestRunMs,
    });
    this.#ended = this.engine.exited.then(() => {
      throw new EngineGone(["the engine has ended", ...this.engine.lines.slice(-10)].join("\n"));
    });
    this.#ended.catch(() => {});
    this.#socket.then((socket) => {
      socket.on("error", () => {});
      socket.on("message", (message) => this.#hear(JSON.parse(String(message)) as Line));
    });
  }

  make(): GodotPeer {
    const peer = new GodotPeer(this, ++this.#count);
    this.#subjects.set(peer.id, peer);
    return peer;
  }

  forget(peer: GodotPeer): void {
    this.#subjects.delete(peer.id);
  }

  async ask(command: Record<string, unknown>): Promise<unknown> {
    const number = ++this.#count;
    const answer = this.#socket.then((socket) => {
      socket.send(JSON.stringify({ number, ...command }));
      return new Promise((resolve) => this.#asked.set(number, resolve));
    });
    return Promise.race([answer, this.#ended]);
  }

  async quit(): Promise<void> {
    // Its end is answer enough.
    this.ask({ do: "quit" }).catch(() => {});
    await this.engine.finished;
    this.#server.close();
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    this.#server.close();
  }

  #hear(line: Line): void {
    if (!("answers" in line)) {
      this.#subjects.get(line.peer)?.hear(line);
      return;
    }
    this.#asked.get(line.answers)?.(line.value);
    this.#asked.delete(line.answers);
  }
}

/** An engine of its own, for a row or a few; ends by `stop`. */
export function startEngineFor(role: Role, kind?: EngineKind): Promise<Maker & { stop(): Promise<void> }> {
  return RemoteEngine.start(role, kind);
}

export class GodotEngines implements Maker {
  readonly #native: Readonly<Record<Role, RemoteEngine>>;
  readonly #web: RemoteEngine;

  static async start(): Promise<GodotEngines> {
    const [client, server, web] = await Promise.all([
      RemoteEngine.start("client"),
      RemoteEngine.start("server"),
      RemoteEngine.start("client", "web"),
    ]);
    return new GodotEngines({ client, server }, web);
  }

  private constructor(native: Readonly<Record<Role, RemoteEngine>>, web: RemoteEngine) {
    this.#native = native;
    this.#web = web;
  }

  make(role: Role, platform: Platform): Subject {
    return platform === "web" ? this.#web.make() : this.#native[role].make();
  }

  /** Ends the engines; rejects when a run was not in order. */
  async quit(): Promise<void> {
    await Promise.all(this.#all.map((engine) => engine.quit()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((engine) => engine.stop()));
  }

  get #all(): RemoteEngine[] {
    return [this.#native.client, this.#native.server, this.#web];
  }
}

const queries: Readonly<Record<Query, string>> = {
  state: "get_ready_state",
  code: "get_close_code",
  reason: "get_close_reason",
  protocol: "get_selected_protocol",
  url: "get_requested_url",
  count: "get_available_packet_count",
  waiting: "get_current_outbound_buffered_amount",
  host: "get_connected_host",
  wasText: "was_string_packet",
};

class GodotPeer implements Subject {
  readonly history: State[] = [];
  readonly packets: string[] = [];
  readonly id: number;
  readonly #engine: RemoteEngine;

  constructor(engine: RemoteEngine, id: number) {
    this.#engine = engine;
    this.id = id;
  }

  hear(event: Event): void {
    if ("state" in event) this.history.push(states[event.state]!);
    else this.packets.push(showPacket(event.text, event.size, Buffer.from(event.hex, "hex")));
  }

  async set({ handshakeTimeoutMs: _, closeTimeoutMs: __, ...properties }: Settings): Promise<void> {
    await this.#ask({ do: "set", properties });
  }

  async connect(url: string, trusting = false): Promise<string> {
    return errorName(await this.#ask({ do: "connect", url, trusting }));
  }

  async listen(): Promise<number> {
    return (await this.#ask({ do: "listen" })) as number;
  }

  async acceptNonsense(): Promise<string> {
    return errorName(await this.#ask({ do: "accept_nonsense" }));
  }

  async send(payload: Uint8Array | number, kind: "text" | "binary" = "binary"): Promise<string> {
    return errorName(await this.#call("send", bytes(payload), kind === "text" ? 0 : 1));
  }

  async sendText(text: string): Promise<string> {
    return errorName(await this.#call("send_text", text));
  }

  async putPacket(payload: Uint8Array | number): Promise<string> {
    return errorName(await this.#call("put_packet", bytes(payload)));
  }

  async putVar(value: null | string): Promise<string> {
    return errorName(await this.#call("put_var", value));
  }

  async getPacket(): Promise<string> {
    const { hex } = (await this.#call("get_packet")) as { hex: string };
    const error = errorName(await this.#call("get_packet_error"));
    return error === "OK" ? `<${hex}>` : error;
  }

  async close(code?: number, reason = ""): Promise<string> {
    await (code === undefined ? this.#call("close") : this.#call("close", code, reason));
    return "OK";
  }

  async flood(size: number, limit: number): Promise<Flood> {
    const { sent, error, waiting } = (await this.#ask({ do: "flood", size, limit })) as {
      sent: number;
      error: number;
      waiting: number;
    };
    return { sent, result: errorName(error), waiting };
  }

  property(name: keyof Settings): Promise<unknown> {
    return this.#call("get", name);
  }

  async query(what: Query): Promise<string> {
    const value = await this.#call(queries[what]);
    return what === "state" ? states[value as number]! : String(value);
  }

  async sync(): Promise<void> {
    await this.#engine.ask({ do: "sync" });
  }

  async release(): Promise<void> {
    await this.#ask({ do: "release" });
    this.#engine.forget(this);
  }

  #call(method: string, ...args: unknown[]): Promise<unknown> {
    return this.#ask({ do: "call", method, arguments: args });
  }

  #ask(command: Record<string, unknown>): Promise<unknown> {
    return this.#engine.ask({ peer: this.id, ...command });
  }
}

function bytes(payload: Uint8Array | number): Record<string, unknown> {
  return typeof payload === "number" ? { fill: payload } : { hex: Buffer.from(payload).toString("hex") };
}
