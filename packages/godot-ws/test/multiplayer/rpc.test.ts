// Calls between sides of our own, from typed call to method: what single parts do is tested with them.

import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { defineRpc } from "../../src/multiplayer/rpc-config.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import { StringName } from "../../src/variant/references.ts";
import { Vector2, Vector2i } from "../../src/variant/vectors.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { createWorld, type Side, type World } from "./world.ts";

class Player extends Node {
  /** `"from: method args"`. */
  readonly log: string[] = [];

  note(method: string, args: readonly unknown[]): void {
    this.log.push(`${this.multiplayer.remoteSenderId}: ${method} ${JSON.stringify(args)}`);
  }

  anyCall(...args: unknown[]): void {
    this.note("any", args);
  }

  serverCall(text: string): void {
    this.note("server", [text]);
  }

  localCall(count: number): void {
    this.note("local", [count]);
  }

  typed(count: number, text: string, at = new Vector2()): void {
    this.note("typed", [count, text, at.toArray()]);
  }

  limited(): void {
    this.note("limited", []);
  }

  off(): void {
    this.note("off", []);
  }

  fail(): void {
    throw new Error("broken");
  }

  async failLater(): Promise<void> {
    await Promise.resolve();
    throw new Error("broken later");
  }

  bytes(bytes: Uint8Array): void {
    this.note("bytes", [...bytes]);
  }

  exact(..._args: unknown[]): void {}

  noRpc(): void {}

  news(): string[] {
    return this.log.splice(0);
  }
}

defineRpc(Player, "anyCall", { mode: "any_peer" });
defineRpc(Player, "serverCall");
defineRpc(Player, "localCall", { mode: "any_peer", callLocal: true });
defineRpc(Player, "typed", { mode: "any_peer", args: [Int, String, Vector2] });
defineRpc(Player, "limited", { mode: "any_peer", rateLimit: { perSecond: 2 } });
defineRpc(Player, "off", { mode: "disabled" });
defineRpc(Player, "fail", { mode: "any_peer" });
defineRpc(Player, "failLater", { mode: "any_peer" });
defineRpc(Player, "exact", { mode: "any_peer", keepKinds: true });
defineRpc(Player, "bytes", { mode: "any_peer", args: [Uint8Array] });

/** A world in which everybody has `/root/Player`. */
function createGame(clientCount: number): World & { players: Player[]; sides: Side[] } {
  const world = createWorld(clientCount);
  const sides = [world.server, ...world.clients];
  const players = sides.map((side) => side.add(new Player("Player")));
  return { ...world, players, sides };
}

const troublesOf = (sides: readonly Side[]): string[][] => sides.map(({ troubles }) => troubles);

describe("a call", () => {
  test("from the server reaches one, all, or all but one", () => {
    const { players, settle, sides } = createGame(3);
    const [server, a, b, c] = players as [Player, Player, Player, Player];
    server.rpc.anyCall("all");
    server.rpcId(3).anyCall("b");
    server.rpcId(-2).anyCall("not a");
    settle();
    server.rpc.anyCall("again");
    settle();
    const [all, again] = ['1: any ["all"]', '1: any ["again"]'];
    expect([a.news(), b.news(), c.news(), server.news()]).toEqual([
      [all, again],
      [all, '1: any ["b"]', '1: any ["not a"]', again],
      [all, '1: any ["not a"]', again],
      [],
    ]);
    expect(troublesOf(sides)).toEqual([[], [], [], []]);
  });

  test("from a client reaches the server and, through it, the others", () => {
    const { players, settle, sides } = createGame(3);
    const [server, a, b, c] = players as [Player, Player, Player, Player];
    for (const text of ["first", "second"]) {
      a.rpc.anyCall(text);
      settle();
      const expected = [`2: any ["${text}"]`];
      expect([server.news(), a.news(), b.news(), c.news()]).toEqual([expected, [], expected, expected]);
    }
    a.rpcId(1).anyCall(1);
    a.rpcId(4).anyCall(4);
    a.rpcId(-1).anyCall(-1);
    settle();
    expect([server.news(), b.news(), c.news()]).toEqual([
      ["2: any [1]"],
      ["2: any [-1]"],
      ["2: any [4]", "2: any [-1]"],
    ]);
    expect(troublesOf(sides)).toEqual([[], [], [], []]);
  });

  test("carries values of every kind", () => {
    const { players, settle } = createGame(1);
    const got: unknown[][] = [];
    players[0]!.anyCall = (...args) => got.push(args);
    const sent = [
      null,
      true,
      5,
      -1.5,
      "text",
      new Vector2i(1, 2),
      new StringName("name"),
      [1, "b"],
      new Uint8Array(3),
    ];
    players[1]!.rpc.anyCall(...sent);
    players[1]!.rpc.anyCall();
    players[1]!.rpc.anyCall(Uint8Array.of(1, 2));
    settle();
    expect(got).toEqual([sent, [], [Uint8Array.of(1, 2)]]);
  });

  test("keeps int and float apart where that is asked for", () => {
    const { players, settle } = createGame(1);
    const got: unknown[][] = [];
    players[0]!.exact = (...args) => got.push(args);
    players[1]!.rpc.exact(5, new Float(5), 0.5, [new Float(1)]);
    settle();
    expect(got).toEqual([[new Int(5), new Float(5), new Float(0.5), [new Float(1)]]]);
  });

  test("runs here too with callLocal, from ourselves, behind sending", () => {
    const { players, settle } = createGame(2);
    const [server, a, b] = players as [Player, Player, Player];
    a.rpc.localCall(1);
    expect(a.news()).toEqual(["2: local [1]"]);
    a.rpcId(2).localCall(2);
    a.rpcId(-3).localCall(3);
    a.rpcId(-2).localCall(4);
    a.rpcId(1).localCall(5);
    settle();
    expect(a.news()).toEqual(["2: local [2]", "2: local [3]"]);
    expect(server.news()).toEqual(["2: local [1]", "2: local [3]", "2: local [4]", "2: local [5]"]);
    expect(b.news()).toEqual(["2: local [1]", "2: local [4]"]);
    expect(a.multiplayer.remoteSenderId).toBe(0);
  });

  test("with mode authority is for the node's authority alone", () => {
    const { players, settle, sides } = createGame(2);
    const [server, a, b] = players as [Player, Player, Player];
    a.rpcId(1).serverCall("no");
    a.rpcId(3).serverCall("no");
    server.rpc.serverCall("yes");
    settle();
    expect([server.news(), a.news(), b.news()]).toEqual([[], ['1: server ["yes"]'], ['1: server ["yes"]']]);
    const refusal = "2!not allowed: Player server_call (only the node's authority, 1, may)";
    expect(troublesOf(sides)).toEqual([[refusal], [], [refusal]]);
    for (const player of players) player.setMultiplayerAuthority(2);
    a.rpc.serverCall("mine");
    settle();
    expect([server.news(), b.news()]).toEqual([['2: server ["mine"]'], ['2: server ["mine"]']]);
    expect(players.map((player) => player.isMultiplayerAuthority)).toEqual([false, true, false]);
  });

  test("that is disabled is refused", () => {
    const { players, settle, server } = createGame(1);
    players[1]!.rpc.off();
    settle();
    expect([players[0]!.news(), server.troubles]).toEqual([
      [],
      ["2!not allowed: Player off (it is disabled)"],
    ]);
  });

  test("with declared types is converted as GDScript does, and refused otherwise", () => {
    const { players, settle, server } = createGame(1);
    const [receiver, sender] = players as [Player, Player];
    const call = (...args: unknown[]): void => sender.multiplayer.rpc(1, sender, "typed", args);
    call(1.7, new StringName("name"), new Vector2i(3, 4));
    call(true, "default");
    call("1", "text");
    call(1, "text", null);
    call(1);
    call(1, "", new Vector2(), 4);
    settle();
    expect(receiver.news()).toEqual(['2: typed [1,"name",[3,4]]', '2: typed [1,"default",[0,0]]']);
    expect(server.troubles).toEqual([
      "2!wrong argument type: Player typed (argument 1 is no Int)",
      "2!wrong argument type: Player typed (argument 3 is no Vector2)",
      "2!wrong number of arguments: Player typed (2 or more expected, 1 came)",
      "2!wrong number of arguments: Player typed (2 or more expected, 4 came)",
    ]);
  });

  test("beyond its rate is refused", () => {
    const { players, settle, server, clock } = createGame(2);
    for (let i = 0; i < 3; i++) players[1]!.rpcId(1).limited();
    players[2]!.rpcId(1).limited();
    settle();
    expect(players[0]!.news()).toEqual(["2: limited []", "2: limited []", "3: limited []"]);
    expect(server.troubles).toEqual(["2!rate limited: Player limited (more than 2 calls a second)"]);
    clock.advance(500);
    players[1]!.rpcId(1).limited();
    settle();
    expect(players[0]!.news()).toEqual(["2: limited []"]);
  });

  test("whose method fails, at once or later, is reported and harms nobody", async () => {
    const { players, settle, server } = createGame(1);
    players[1]!.rpc.fail();
    players[1]!.rpc.failLater();
    players[1]!.rpc.anyCall();
    settle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(players[0]!.news()).toEqual(["2: any []"]);
    expect(server.troubles).toEqual([
      "2 failed fail: Error: broken",
      "2 failed failLater: Error: broken later",
    ]);
  });

  test("of one empty PackedByteArray, which looks like none, is what was declared", () => {
    const { players, settle, server } = createGame(1);
    players[1]!.rpc.bytes(new Uint8Array(0));
    players[1]!.rpc.bytes(Uint8Array.of(7));
    settle();
    expect([players[0]!.news(), server.troubles]).toEqual([["2: bytes []", "2: bytes [7]"], []]);
  });

  test("that cannot be made is a UsageError, and nothing is sent", () => {
    const { players, settle, server } = createGame(1);
    const [there, player] = players as [Player, Player];
    const { multiplayer } = player;
    const cases: [code: string, () => void][] = [
      ["ERR_INVALID_PARAMETER", () => player.rpc.noRpc()],
      ["ERR_INVALID_PARAMETER", () => multiplayer.rpc(1, player, "nothing")],
      ["ERR_INVALID_PARAMETER", () => player.rpcId(9).anyCall()],
      ["ERR_INVALID_PARAMETER", () => player.rpcId(2).anyCall()],
      ["ERR_INVALID_PARAMETER", () => multiplayer.rpc(1, there, "anyCall")],
      ["ERR_INVALID_PARAMETER", () => multiplayer.rpc(1, {}, "anyCall")],
      ["ERR_INVALID_PARAMETER", () => player.rpc.anyCall(...Array(256).fill(0))],
      ["ERR_INVALID_PARAMETER", () => player.rpc.anyCall(() => {})],
      ["ERR_UNCONFIGURED", () => new Player("Lonely").rpc.anyCall()],
    ];
    for (const [code, call] of cases) expect(usageErrorOf(call)).toBe(code);
    settle();
    expect([there.news(), server.troubles]).toEqual([[], []]);
    multiplayer.multiplayerPeer?.close();
    settle();
    expect(usageErrorOf(() => player.rpc.anyCall())).toBe("ERR_CONNECTION_ERROR");
  });

  test("may be by the name on the wire", () => {
    const { players, settle } = createGame(1);
    const [there, player] = players as [Player, Player];
    player.multiplayer.rpc(1, player, "any_call", [1]);
    settle();
    expect(there.news()).toEqual(["2: any [1]"]);
  });
});

describe("a tree with several APIs", () => {
  test("keeps them apart", () => {
    const { server, clients, settle } = createWorld(1);
    const hidden = server.add(new Node("Hidden")).addChild(new Player("Player"));
    const other = createWorld(0).server.multiplayer;
    server.tree.setMultiplayer(other, "/root/Hidden");
    expect([hidden.multiplayer, server.tree.root.multiplayer]).toEqual([other, server.multiplayer]);
    const player = clients[0]!.add(new Node("Hidden")).addChild(new Player("Player"));
    player.rpc.anyCall(1);
    settle();
    expect(hidden.log).toEqual([]);
  });
});
