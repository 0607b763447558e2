// A StreamConnection on a stream and a clock that tests move by hand, before its handshake or behind it.

import type { UpgradeRequest } from "../../src/protocol/handshake.ts";
import type { ConnectionEvents, ConnectionOptions } from "../../src/transport/connection.ts";
import { type Opening, StreamConnection } from "../../src/transport/stream-connection.ts";
import { createVirtualEnvironment, type VirtualClock } from "../simulation/virtual-environment.ts";
import { FakeStream } from "./fake-stream.ts";
import { rawAnswer, rawRequest } from "./raw-end.ts";

export class Owner implements ConnectionEvents {
  readonly messages: string[] = [];
  readonly requests: UpgradeRequest[] = [];
  opens = 0;
  pongs = 0;
  drains = 0;
  readies = 0;
  whenMessage: (text: string) => void = () => {};
  onRequest(request: UpgradeRequest): void {
    this.requests.push(request);
  }
  onOpen(): void {
    this.opens++;
  }
  onMessage(payload: Uint8Array): void {
    const text = Buffer.from(payload).toString("latin1");
    this.messages.push(text);
    this.whenMessage(text);
  }
  onPong(): void {
    this.pongs++;
  }
  onDrained(): void {
    this.drains++;
  }
  onReady(): void {
    this.readies++;
  }
}

export interface Setting {
  readonly clock: VirtualClock;
  readonly stream: FakeStream;
  readonly owner: Owner;
  readonly connection: StreamConnection;
}

const limits = {
  maxMessageBytes: 100_000,
  maxFrameBytes: 100_000,
  maxFragments: 10,
  maxHeadBytes: 1000,
  maxHeaderCount: 20,
};
export const defaults: ConnectionOptions = { limits, handshakeTimeoutMs: 1000, closeTimeoutMs: 500 };
export const clientOpening: Opening = {
  role: "client",
  request: { host: "example.com", target: "/", key: "dGhlIHNhbXBsZSBub25jZQ==", protocols: [], headers: [] },
};

export function create(opening: Opening, options: Partial<ConnectionOptions> = {}): Setting {
  const { clock, environment } = createVirtualEnvironment();
  const stream = new FakeStream();
  const owner = new Owner();
  const connection = new StreamConnection(stream, opening, owner, environment, { ...defaults, ...options });
  return { clock, stream, owner, connection };
}

export function openServer(options?: Partial<ConnectionOptions>): Setting {
  const setting = create({ role: "server" }, options);
  setting.connection.start();
  setting.stream.bring(rawRequest());
  setting.connection.accept({});
  setting.clock.runTurns();
  setting.stream.taken();
  return setting;
}

export function openClient(options?: Partial<ConnectionOptions>): Setting {
  const setting = create(clientOpening, options);
  setting.connection.start();
  setting.clock.runTurns();
  setting.stream.bring(rawAnswer(setting.stream.taken().toString()));
  return setting;
}

export const masked = { masked: true };
