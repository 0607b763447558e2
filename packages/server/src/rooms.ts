// All rooms of a server: they appear with their first peer and vanish with their last.

import type { Acceptance, Refusal, UpgradeRequest, WebSocketPeer } from "godot-ws";
import type { Logger } from "pino";
import { type AddressOf, Room, type RoomStatus } from "./room.ts";

/** How many rooms and peers there may be; beyond them: HTTP 503. */
export interface RoomLimits {
  /** Rooms at a time. */
  readonly maxRooms: number;
  /** Peers a room, the server not counted. */
  readonly maxPeersPerRoom: number;
}

const roomPath = /^\/rooms\/([^/]+)$/;
const longestName = 64;

/** All rooms of a server: they appear with their first peer and vanish with their last. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #limits: RoomLimits;
  readonly #log: Logger;
  readonly #addressOf: AddressOf;

  /** `addressOf` is for the log. */
  constructor(limits: RoomLimits, log: Logger, addressOf: AddressOf = (peer) => peer.connectedHost) {
    this.#limits = limits;
    this.#log = log;
    this.#addressOf = addressOf;
  }

  /** Rooms that are open. */
  get size(): number {
    return this.#rooms.size;
  }

  /** The open room of that name. */
  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** Whether a handshake leads to a room, and if not, the HTTP answer that says why. */
  answer(request: UpgradeRequest): Acceptance | Refusal {
    const name = roomName(request.path);
    if (name === undefined) {
      return { status: 404, reason: `there is no room at ${request.path}: connect to /rooms/<name>` };
    }
    const room = this.#rooms.get(name);
    if (room === undefined && this.#rooms.size >= this.#limits.maxRooms) {
      return { status: 503, reason: `all ${this.#limits.maxRooms} rooms are in use` };
    }
    if (room?.isFull) return { status: 503, reason: `the room ${name} is full` };
    // Whatever subprotocol a game speaks with itself is fine with a relay; Godot insists on being granted one.
    return { protocol: request.protocols[0] };
  }

  /** Brings an open connection, whose request got a good answer, into its room. */
  join(socket: WebSocketPeer): void {
    const name = roomName(socket.request?.path ?? "");
    if (name === undefined) throw new Error("bug: a connection without a room was accepted");
    (this.#rooms.get(name) ?? this.#open(name)).join(socket);
  }

  /** What `/status` tells of each; `now` in milliseconds of `performance.now()`. */
  status(now: number): RoomStatus[] {
    return [...this.#rooms.values()].map((room) => room.status(now));
  }

  /** Closes every connection with 1001 and waits until all are gone. */
  async close(): Promise<void> {
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room.close()));
  }

  #open(name: string): Room {
    const room = new Room(
      name,
      { maxPeers: this.#limits.maxPeersPerRoom, addressOf: this.#addressOf },
      this.#log,
    );
    this.#rooms.set(name, room);
    room.emptied.connect(() => {
      this.#rooms.delete(name);
      this.#log.info({ room: name }, "room closed");
    });
    this.#log.info({ room: name }, "room opened");
    return room;
  }
}

/** The room that a path names, undefined when it names none. */
function roomName(path: string): string | undefined {
  const encoded = roomPath.exec(path)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const name = decodeURIComponent(encoded);
    return name.length <= longestName && !/\p{C}/u.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
