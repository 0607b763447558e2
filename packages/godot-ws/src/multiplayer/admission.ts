// Who may take part: authentication of direct peers (wire: SYS packet AUTH). It must not know what comes after admission.

import { UsageError } from "../errors.ts";
import { reportUncaught } from "../signal.ts";
import { commandOf, encodeAuth, sysAuth } from "./commands.ts";
import * as commands from "./network-commands.ts";

/** Gets what a peer has sent with `sendAuth`. Godot: SceneMultiplayer.auth_callback. */
export type AuthCallback = (id: number, data: Uint8Array) => void;

/** What admission needs of the multiplayer API around it. */
export interface AdmissionPort {
  /** Milliseconds. */
  now(): number;
  /** At this time `checkTimeouts` has to be called. */
  wakeAt(time: number): void;
  sendDirectly(packet: Uint8Array, peer: number): void;
  disconnect(peer: number): void;
  authenticating(peer: number): void;
  admit(peer: number): void;
  notAdmitted(peer: number): void;
}

interface Pending {
  readonly since: number;
  /** We have said that we are done. */
  local: boolean;
  /** The peer has. */
  remote: boolean;
}

const headerLength = 2;

/** Godot: the pending peers of SceneMultiplayer. */
export class Admission {
  callback: AuthCallback | undefined;
  /** Seconds; 0 is for ever. Godot: SceneMultiplayer.auth_timeout. */
  timeout = 3;

  readonly #port: AdmissionPort;
  readonly #pending = new Map<number, Pending>();

  constructor(port: AdmissionPort) {
    this.#port = port;
  }

  get peers(): number[] {
    return [...this.#pending.keys()];
  }

  isPending(peer: number): boolean {
    return this.#pending.has(peer);
  }

  /** The transport has a new peer. Without a callback it is admitted at once. */
  begin(peer: number): void {
    if (this.callback === undefined) return this.#port.admit(peer);
    this.#pending.set(peer, { since: this.#port.now(), local: false, remote: false });
    this.checkTimeouts();
    this.#port.authenticating(peer);
  }

  /** Throws UsageError for no data, for a peer that is not pending, and once either side is done. */
  send(peer: number, data: Uint8Array): void {
    const { local, remote } = this.#mustBePending(peer);
    if (data.length === 0)
      throw new UsageError("ERR_INVALID_PARAMETER", "there is no authentication data to send");
    if (local || remote) throw tooLate(peer);
    this.#port.sendDirectly(encodeAuth(data), peer);
  }

  /** Our side is done; the peer is admitted once it has said the same. */
  complete(peer: number): void {
    const pending = this.#mustBePending(peer);
    if (pending.local) throw tooLate(peer);
    pending.local = true;
    this.#port.sendDirectly(encodeAuth(), peer);
    this.#admitIfDone(peer, pending);
  }

  /** A packet of a pending peer. False when it is none of authentication, and so is dropped. */
  receive(peer: number, packet: Uint8Array): boolean {
    const pending = this.#pending.get(peer);
    const isAuth = commandOf(packet) === commands.sys && packet[1] === sysAuth;
    if (pending === undefined || !isAuth) return false;
    if (packet.length === headerLength) {
      pending.remote = true;
      this.#admitIfDone(peer, pending);
      return true;
    }
    try {
      this.callback?.(peer, packet.subarray(headerLength));
    } catch (error) {
      reportUncaught(error);
    }
    return true;
  }

  /** The transport has lost a peer. True when it was pending. */
  lost(peer: number): boolean {
    const wasPending = this.#pending.delete(peer);
    if (wasPending) this.#port.notAdmitted(peer);
    return wasPending;
  }

  /** Forgets a peer without a signal. */
  forget(peer: number): void {
    this.#pending.delete(peer);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** Drops those who take too long. */
  checkTimeouts(): void {
    if (this.timeout === 0) return;
    for (const [peer, { since }] of this.#pending) {
      const deadline = since + this.timeout * 1000;
      if (this.#port.now() < deadline) {
        this.#port.wakeAt(deadline);
        continue;
      }
      // First, so that the transport's own signal finds nobody.
      this.#pending.delete(peer);
      this.#port.disconnect(peer);
      this.#port.notAdmitted(peer);
    }
  }

  #admitIfDone(peer: number, { local, remote }: Pending): void {
    if (!local || !remote) return;
    this.#pending.delete(peer);
    this.#port.admit(peer);
  }

  #mustBePending(peer: number): Pending {
    const pending = this.#pending.get(peer);
    if (pending === undefined)
      throw new UsageError("ERR_INVALID_PARAMETER", `peer ${peer} is not being authenticated`);
    return pending;
  }
}

function tooLate(peer: number): UsageError {
  return new UsageError("ERR_UNAVAILABLE", `the authentication of peer ${peer} is completed on one side`);
}
