// WebSocketMultiplayerPeers in memory, on a virtual clock: a server with clients, ours or written by hand, and a client
// with such a server.

import type { MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import {
  WebSocketMultiplayerPeer,
  type WebSocketMultiplayerPeerOptions,
} from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { RawEnd, rawRequest } from "../transport/raw-end.ts";

/** A server in memory with any number of clients, ours or written by hand. */
export function createHouse(serverOptions: WebSocketMultiplayerPeerOptions = {}) {
  const env = createVirtualEnvironment();
  const { clock, random, environment } = env;
  const server = WebSocketMultiplayerPeer.createAcceptor({ ...serverOptions, environment });
  const clients: MultiplayerPeer[] = [];
  const accept = (slow: boolean) => {
    const [near, far] = createMemoryPair(
      clock,
      slow
        ? { latencyMs: () => random.below(20), pieceLength: (available) => 1 + random.below(available) }
        : {},
    );
    const socket = new WebSocketPeer({ ...serverOptions, environment, autoPoll: false });
    socket.acceptStream(far);
    server.acceptPeer(socket);
    return { near, socket };
  };
  return {
    ...env,
    server,
    join({ slow = false, ...options }: WebSocketMultiplayerPeerOptions & { slow?: boolean } = {}) {
      const { near } = accept(slow);
      const client = WebSocketMultiplayerPeer.createClient("ws://host/", {
        ...options,
        environment,
        stream: near,
      });
      clients.push(client);
      return client;
    },
    /** A client written by hand, behind its handshake. */
    joinRaw() {
      const { near, socket } = accept(false);
      const raw = new RawEnd(near);
      raw.send(rawRequest());
      return { raw, socket };
    },
    frame() {
      clock.runTurns();
      for (const peer of [server, ...clients]) peer.poll();
      clock.runTurns();
    },
    close() {
      for (const client of clients) client.close();
      server.close();
      clock.runUntilIdle();
    },
  };
}

/** A client in memory with a server written by hand. */
export function createRawServer(options: WebSocketMultiplayerPeerOptions = {}) {
  const env = createVirtualEnvironment();
  const { clock, environment } = env;
  const [near, far] = createMemoryPair(clock);
  const client = WebSocketMultiplayerPeer.createClient("ws://host/", {
    ...options,
    environment,
    stream: near,
  });
  const raw = new RawEnd(far);
  const log: string[] = [];
  client.peerConnected.connect((id) => log.push(`+${id}`));
  client.peerDisconnected.connect((id) => log.push(`-${id}`));
  clock.runTurns();
  const frame = (): void => {
    clock.runTurns();
    client.poll();
    clock.runTurns();
  };
  return { ...env, client, raw, log, frame };
}

/** Fetches all packets as text. */
export function fetchTexts(peer: MultiplayerPeer): string[] {
  const texts: string[] = [];
  while (peer.availablePacketCount > 0) texts.push(Buffer.from(peer.getPacket()).toString());
  return texts;
}
