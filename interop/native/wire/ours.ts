/** Our WebSocketPeer, in this process, over Node's sockets. */

import { type AddressInfo, createServer, type Server } from "node:net";
import { GodotWsError, WebSocketPeer } from "godot-ws";
import {
  type Flood,
  type Maker,
  type Query,
  type Settings,
  type State,
  type Subject,
  showPacket,
  states,
} from "./subject.ts";

const pollEveryMs = 10;
/** So often a flood tries again: what waits in Node gets its chance to leave. */
const floodRetries = 20;

export const ours: Maker = { make: () => new OurPeer() };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** In words, as the call's result: true and nothing are `OK`. */
function result(call: () => unknown): string {
  try {
    return call() === false ? "false" : "OK";
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): string {
  if (error instanceof GodotWsError) return error.code;
  return `throws ${error instanceof Error ? error.name : error}`;
}

const properties: Partial<Record<keyof Settings, keyof WebSocketPeer>> = {
  supported_protocols: "supportedProtocols",
  handshake_headers: "handshakeHeaders",
  inbound_buffer_size: "inboundBufferSize",
  outbound_buffer_size: "outboundBufferSize",
  max_queued_packets: "maxQueuedPackets",
  heartbeat_interval: "heartbeatInterval",
};

const queries: Readonly<Record<Query, (peer: WebSocketPeer) => unknown>> = {
  state: (peer) => states[peer.readyState],
  code: (peer) => peer.closeCode,
  reason: (peer) => peer.closeReason,
  protocol: (peer) => peer.selectedProtocol,
  url: (peer) => peer.requestedUrl,
  count: (peer) => peer.availablePacketCount,
  waiting: (peer) => peer.currentOutboundBufferedAmount,
  host: (peer) => peer.connectedHost,
  wasText: (peer) => peer.wasStringPacket(),
};

class OurPeer implements Subject {
  readonly history: State[] = [];
  readonly packets: string[] = [];
  readonly #peer = new WebSocketPeer({ autoPoll: false });
  readonly #timer = setInterval(() => {
    if (this.#polls) this.#poll();
  }, pollEveryMs);
  #server: Server | undefined;
  #state: State = "CLOSED";
  #fetches = true;
  #polls = true;

  async set({ fetches, polls, handshakeTimeoutMs, closeTimeoutMs, ...rest }: Settings): Promise<void> {
    this.#fetches = fetches ?? this.#fetches;
    this.#polls = polls ?? this.#polls;
    const { limits } = this.#peer;
    this.#peer.limits = {
      ...limits,
      handshakeTimeoutMs: handshakeTimeoutMs ?? limits.handshakeTimeoutMs,
      closeTimeoutMs: closeTimeoutMs ?? limits.closeTimeoutMs,
    };
    for (const [name, value] of Object.entries(rest)) {
      Object.assign(this.#peer, { [properties[name as keyof Settings]!]: value });
    }
  }

  async connect(url: string): Promise<string> {
    const outcome = result(() => this.#peer.connectToUrl(url));
    this.#noteState();
    return outcome;
  }

  async listen(): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      server.close();
      this.#peer.acceptStream(socket);
      this.#noteState();
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async acceptNonsense(): Promise<string> {
    return result(() => this.#peer.acceptStream({} as never));
  }

  async send(payload: Uint8Array | number, kind: "text" | "binary" = "binary"): Promise<string> {
    const mode = kind === "text" ? WebSocketPeer.WriteMode.TEXT : WebSocketPeer.WriteMode.BINARY;
    return result(() => this.#peer.send(bytes(payload), mode));
  }

  async sendText(text: string): Promise<string> {
    return result(() => this.#peer.sendText(text));
  }

  async putPacket(payload: Uint8Array | number): Promise<string> {
    return result(() => this.#peer.putPacket(bytes(payload)));
  }

  async putVar(): Promise<string> {
    return "putVar" in this.#peer ? "there is one now" : "no such method";
  }

  async getPacket(): Promise<string> {
    try {
      return `<${Buffer.from(this.#peer.getPacket()).toString("hex")}>`;
    } catch (error) {
      return thrown(error);
    }
  }

  async close(code?: number, reason?: string): Promise<string> {
    return result(() => this.#peer.close(code, reason));
  }

  async flood(size: number, limit: number): Promise<Flood> {
    const message = bytes(size);
    let sent = 0;
    let outcome = "OK";
    for (let refusals = 0; sent < limit && refusals < floodRetries; ) {
      outcome = result(() => this.#peer.send(message));
      if (outcome === "OK") {
        sent++;
        refusals = 0;
        continue;
      }
      refusals++;
      await pause(1);
    }
    return { sent, result: outcome, waiting: this.#peer.currentOutboundBufferedAmount };
  }

  #poll(): void {
    this.#peer.poll();
    if (this.#fetches) {
      for (let packet = this.#peer.nextPacket(); packet !== undefined; packet = this.#peer.nextPacket()) {
        this.packets.push(showPacket(packet.isText, packet.bytes.length, packet.bytes));
      }
    }
    this.#noteState();
  }

  async property(name: keyof Settings): Promise<unknown> {
    return this.#peer[properties[name]!];
  }

  async query(what: Query): Promise<string> {
    return String(queries[what](this.#peer));
  }

  sync(): Promise<void> {
    return pause(4 * pollEveryMs);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    this.#peer.close(-1);
    this.#server?.close();
  }

  #noteState(): void {
    const state = states[this.#peer.readyState]!;
    if (state === this.#state) return;
    this.#state = state;
    this.history.push(state);
  }
}

function bytes(payload: Uint8Array | number): Uint8Array {
  return typeof payload === "number" ? new Uint8Array(payload).fill(120) : payload;
}
