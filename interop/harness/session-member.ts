/** A member of ours in a session, server or client: how it comes in and goes, who the others are, and its checks. */

import {
  GodotWsError,
  SceneMultiplayer,
  type SceneMultiplayerOptions,
  type Variant,
  varToBytes,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import type { Check } from "./engine.ts";
import type { OurMember } from "./session.ts";

export const serverName = "server";
export const serverId = 1;
export const joiningSeconds = 20;
export const stepSeconds = 15;
export const bufferSize = 4 << 20;

const limits = {
  inboundBufferSize: bufferSize,
  outboundBufferSize: bufferSize,
  maxQueuedPackets: 16_384,
  handshakeTimeoutMs: 10_000,
};

export abstract class SessionMember implements OurMember {
  readonly name: string;
  readonly members: readonly string[];
  readonly checks: Check[] = [];
  readonly multiplayer: SceneMultiplayer;
  /** By name, of the others. */
  readonly ids = new Map<string, number>();
  /** What should never be. */
  readonly troubles: string[] = [];
  readonly #url: string;

  constructor(name: string, members: readonly string[], url: string, options?: SceneMultiplayerOptions) {
    this.name = name;
    this.members = members;
    this.#url = url;
    this.multiplayer = new SceneMultiplayer(options);
    const { multiplayer, troubles } = this;
    multiplayer.packetRejected.connect((id, fault) => troubles.push(`${id}: ${fault}`));
    multiplayer.rpcFailed.connect((error, { method }) => troubles.push(`${method}: ${error}`));
    multiplayer.versionSuspected.connect((id, message) => troubles.push(`${id}: ${message}`));
  }

  async host(): Promise<string> {
    const peer = await WebSocketMultiplayerPeer.createServer(0, { ...limits, bindAddress: "127.0.0.1" });
    this.multiplayer.multiplayerPeer = peer;
    return `ws://127.0.0.1:${peer.port}/`;
  }

  join(): void {
    this.multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(this.#url, limits);
  }

  close(): void {
    this.multiplayer.multiplayerPeer?.close();
  }

  // ---- members ----

  get isServer(): boolean {
    return this.name === serverName;
  }

  get id(): number {
    return this.multiplayer.uniqueId;
  }

  idOf(member: string): number {
    return member === this.name ? this.id : (this.ids.get(member) ?? 0);
  }

  get leaverName(): string {
    return this.members.at(-1)!;
  }

  // ---- checks ----

  check(name: string, ok: boolean, detail = ""): boolean {
    this.checks.push(ok ? { name, ok } : { name, ok, detail });
    return ok;
  }

  equal(name: string, got: unknown, wanted: unknown): boolean {
    return this.check(name, isSame(got, wanted), JSON.stringify(got)?.slice(0, 500));
  }

  async soon(name: string, condition: () => boolean, seconds = stepSeconds): Promise<boolean> {
    return this.check(name, await until(condition, seconds), `not within ${seconds} s`);
  }

  /** Whether it is refused with an error, as it should. */
  fails(action: () => void): boolean {
    try {
      action();
      return false;
    } catch (error) {
      return error instanceof GodotWsError;
    }
  }

  /** Whether all of them have got so far, soon; if not, that is a failed check. */
  protected async reached(
    phase: string,
    members: readonly string[],
    has: (name: string) => boolean,
  ): Promise<void> {
    if (await until(() => members.every(has), stepSeconds)) return;
    this.check(`reached by ${members}: ${phase}`, false);
  }
}

/** By the bytes that Godot would make of them. */
export function isSame(got: unknown, wanted: unknown): boolean {
  if (got === undefined) return false;
  const bytes = varToBytes(got as Variant);
  const wantedBytes = varToBytes(wanted as Variant);
  return bytes.length === wantedBytes.length && bytes.every((octet, i) => octet === wantedBytes[i]);
}

export async function until(condition: () => boolean, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
