// SceneMultiplayer with authentication and a scene, over memory: how its parts work together.

import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { defineRpc } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { OfflineMultiplayerPeer } from "../../src/peer/offline-multiplayer-peer.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { createWorld, type Side } from "./world.ts";

class Chat extends Node {
  readonly heard: string[] = [];
  say(text: string): void {
    this.heard.push(`${this.multiplayer.remoteSenderId}: ${text}`);
  }
}
defineRpc(Chat, "say", { mode: "any_peer", callLocal: true, args: [String] });

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const bytes = (data: string): Uint8Array => new TextEncoder().encode(data);

describe("authentication", () => {
  /** A server that asks for the password, and a client that gives it. */
  function createGuarded(password: string) {
    const world = createWorld(0);
    const { server } = world;
    const log: string[] = [];
    server.multiplayer.authCallback = (id, data) => {
      if (text(data) === "sesame") server.multiplayer.completeAuth(id);
      else server.multiplayer.disconnectPeer(id);
    };
    const client = world.join();
    for (const [name, { multiplayer }] of [
      ["server", server],
      ["client", client],
    ] as [string, Side][]) {
      multiplayer.peerConnected.connect((id) => log.push(`${name} +${id}`));
      multiplayer.peerDisconnected.connect((id) => log.push(`${name} -${id}`));
      multiplayer.peerAuthenticating.connect((id) => log.push(`${name} ?${id}`));
      multiplayer.peerAuthenticationFailed.connect((id) => log.push(`${name} x${id}`));
      multiplayer.serverDisconnected.connect(() => log.push(`${name} lost`));
    }
    client.multiplayer.peerAuthenticating.connect((id) => {
      client.multiplayer.sendAuth(id, bytes(password));
      if (password !== "slow") client.multiplayer.completeAuth(id);
    });
    client.multiplayer.authCallback = () => {};
    return { ...world, client, log };
  }

  test("lets in who knows the word", () => {
    const { server, client, log, settle } = createGuarded("sesame");
    settle();
    expect(log).toEqual(["server ?2", "client ?1", "server +2", "client +1"]);
    expect([server.multiplayer.peers, client.multiplayer.peers]).toEqual([[2], [1]]);
    expect(usageErrorOf(() => server.multiplayer.sendAuth(2, bytes("x")))).toBe("ERR_INVALID_PARAMETER");
  });

  test("keeps out who does not", () => {
    const { server, log, settle } = createGuarded("guess");
    settle();
    expect(log).toEqual(["server ?2", "client ?1", "client x1", "client lost"]);
    expect(server.multiplayer.authenticatingPeers).toEqual([]);
  });

  test("keeps out who takes too long, without a poll by the game", () => {
    const { server, client, log, settle, clock } = createGuarded("sesame");
    server.multiplayer.authCallback = () => {};
    client.multiplayer.authTimeout = 0;
    settle();
    expect(server.multiplayer.authenticatingPeers).toEqual([2]);
    clock.advance(3001);
    expect(log.slice(2)).toEqual(["server x2", "client x1", "client lost"]);
  });

  test("throws ordinary packets of the pending away, and sends them nothing", () => {
    const { server, client, settle } = createGuarded("sesame");
    server.multiplayer.authCallback = () => {};
    settle();
    client.peer.targetPeer = 1;
    client.peer.putPacket(Uint8Array.of(3, 1));
    client.peer.putPacket(Uint8Array.of(7));
    settle();
    expect(server.troubles).toEqual(["2!not authenticated", "2!too short"]);
    expect(usageErrorOf(() => server.multiplayer.sendBytes(bytes("x"), 2))).toBe("ERR_INVALID_PARAMETER");
  });

  test("needs a connection, and a timeout that is one", () => {
    const multiplayer = new SceneMultiplayer();
    multiplayer.multiplayerPeer = undefined;
    expect(usageErrorOf(() => multiplayer.completeAuth(2))).toBe("ERR_UNCONFIGURED");
    expect(usageErrorOf(() => multiplayer.sendAuth(2, bytes("x")))).toBe("ERR_UNCONFIGURED");
    expect([multiplayer.authCallback, multiplayer.authTimeout]).toEqual([undefined, 3]);
    for (const seconds of [-1, Number.NaN]) {
      expect(
        usageErrorOf(() => {
          multiplayer.authTimeout = seconds;
        }),
      ).toBe("ERR_INVALID_PARAMETER");
    }
  });
});

describe("a scene", () => {
  test("calls made in the turn of connecting arrive, both ways", () => {
    const { server, join, settle } = createWorld(0);
    const here = server.add(new Chat("Chat"));
    server.multiplayer.peerConnected.connect((id) => here.rpcId(id).say("welcome"));
    const client = join();
    const there = client.add(new Chat("Chat"));
    client.multiplayer.connectedToServer.connect(() => there.rpc.say("hello"));
    settle();
    expect([here.heard, there.heard]).toEqual([["2: hello"], ["2: hello", "1: welcome"]]);
    expect([server.troubles, client.troubles]).toEqual([[], []]);
  });

  test("a late joiner speaks and hears like the others", () => {
    const { server, clients, join, settle } = createWorld(1);
    const [here, there] = [server.add(new Chat("Chat")), clients[0]!.add(new Chat("Chat"))];
    here.rpc.say("a");
    settle();
    const late = join();
    const chat = late.add(new Chat("Chat"));
    settle();
    here.rpc.say("b");
    chat.rpc.say("c");
    settle();
    expect(chat.heard).toEqual(["3: c", "1: b"]);
    expect(there.heard).toEqual(["1: a", "1: b", "3: c"]);
    expect(here.heard).toEqual(["1: a", "1: b", "3: c"]);
  });

  test("who comes back under a new id starts afresh", () => {
    const { server, clients, join, settle } = createWorld(1);
    const here = server.add(new Chat("Chat"));
    const there = clients[0]!.add(new Chat("Chat"));
    there.rpcId(1).say("a");
    settle();
    clients[0]!.peer.close();
    settle();
    expect(server.multiplayer.peers).toEqual([]);
    const back = join();
    const again = back.add(new Chat("Chat"));
    settle();
    again.rpcId(1).say("b");
    settle();
    expect([here.heard, server.troubles]).toEqual([["2: a", "3: b"], []]);
  });

  test("one player alone runs the same code on an offline peer", () => {
    const { server } = createWorld(0);
    server.multiplayer.multiplayerPeer = new OfflineMultiplayerPeer(new VirtualClock());
    const chat = server.add(new Chat("Chat"));
    chat.rpc.say("alone");
    chat.rpcId(1).say("to me");
    expect(chat.heard).toEqual(["1: alone", "1: to me"]);
  });

  test("clear forgets what was agreed on", () => {
    const { server, clients, settle } = createWorld(1);
    const here = server.add(new Chat("Chat"));
    clients[0]!.add(new Chat("Chat"));
    here.rpc.say("a");
    settle();
    server.multiplayer.clear();
    expect(server.multiplayer.peers).toEqual([]);
    here.rpc.say("to nobody");
    settle();
    expect(clients[0]!.troubles).toEqual([]);
  });

  test("refuseNewConnections is the transport's", () => {
    const { server } = createWorld(0);
    server.multiplayer.refuseNewConnections = true;
    expect([server.peer.refuseNewConnections, server.multiplayer.refuseNewConnections]).toEqual([true, true]);
    const bare = new SceneMultiplayer();
    bare.multiplayerPeer = undefined;
    expect(bare.refuseNewConnections).toBe(false);
    expect(
      usageErrorOf(() => {
        bare.refuseNewConnections = true;
      }),
    ).toBe("ERR_UNCONFIGURED");
  });

  test("clients learn only of whom the server tells them, and of those who come near later", () => {
    const near = new Set([2, 3]);
    const { server, clients, settle } = createWorld(3, {
      announcePeer: (of, to) => near.has(of) && near.has(to),
    });
    const chats = clients.map((client) => client.add(new Chat("Chat")));
    server.add(new Chat("Chat"));
    settle();
    const peers = () => clients.map(({ multiplayer }) => multiplayer.peers);
    expect(peers()).toEqual([[1, 3], [1, 2], [1]]);
    chats[0]!.rpc.say("near");
    settle();
    expect(chats.map(({ heard }) => heard.length)).toEqual([1, 1, 0]);
    near.add(4);
    near.delete(2);
    server.multiplayer.updateAnnouncements(4);
    server.multiplayer.updateAnnouncements(2);
    settle();
    expect(peers()).toEqual([[1], [1, 4], [1, 3]]);
  });
});
