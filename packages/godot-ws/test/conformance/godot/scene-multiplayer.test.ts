// The recorded session of a server and three clients: RPCs of every kind, raw bytes, relay, mismatch, kicks.

import { describe, expect, test } from "vitest";
import { Node } from "../../../src/multiplayer/node.ts";
import { defineRpc, type RpcOptions } from "../../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../../src/multiplayer/scene-tree.ts";
import { Vector2 } from "../../../src/variant/vectors.ts";
import type { FakeTransport } from "../../multiplayer/fake-transport.ts";
import { callsAt, readSession, replayClient, replayServer, sentByGodot } from "./session.ts";

/** What was called, in the words of the recording. */
let calls: string[] = [];

/** A class whose methods have the names that they have in the recording. */
function createClass(
  methods: Record<string, RpcOptions>,
  log: (node: Node, name: string, args: unknown[]) => void,
) {
  class Scripted extends Node {}
  for (const [name, options] of Object.entries(methods)) {
    Object.defineProperty(Scripted.prototype, name, {
      value(this: Node, ...args: unknown[]): void {
        log(this, name, args);
      },
    });
    defineRpc(Scripted, name as never, { name, ...options });
  }
  return Scripted;
}

const sender = (node: Node): number => node.multiplayer.remoteSenderId;
const any: RpcOptions = { mode: "any_peer" };
const withPath = (node: Node, name: string): void => {
  calls.push(`on ${node.path} from ${sender(node)}: ${name}`);
};

const NodeA = createClass(
  {
    r_any: any,
    r_auth: { mode: "authority" },
    r_any_local: { ...any, callLocal: true },
    r_auth_local: { mode: "authority", callLocal: true },
    r_unrel: { ...any, transferMode: "unreliable" },
    r_unrel_ord: { ...any, transferMode: "unreliable_ordered" },
    r_ch3: { ...any, channel: 3 },
    r_unrel_ch7: { ...any, transferMode: "unreliable", channel: 7 },
    r_bytes: { ...any, required: 1 },
    r_noargs: { ...any, args: [] },
    r_two: { ...any, required: 2 },
    r_three: any,
    r_big_str: any,
    B_upper: any,
    _under: any,
  },
  withPath,
);
const Big = createClass(
  Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${`${i}`.padStart(3, "0")}`, any])),
  (_, name, [x]) => calls.push(`on Big ${name} ${x}`),
);
const Small = createClass({ ping: any }, (node) => {
  if (/[09]$/.test(node.name)) withPath(node, "ping");
});
const MismatchClient = createClass({ one: any }, (_, name, [x]) => calls.push(`${name} ${x}`));
const MismatchServer = createClass({ one: any, two: any }, (_, name, [x]) => calls.push(`${name} ${x}`));
const CfgScript = createClass({ z_ann: any, a_ann: any }, (_, name, [x]) => calls.push(`${name} ${x}`));

class Cfg extends CfgScript {
  constructor() {
    super("Cfg");
    this.rpcConfig("cfg_b", { mode: "any_peer", callLocal: true, channel: 2 });
    this.rpcConfig("cfg_a", { mode: "any_peer" });
    this.rpcConfig("set_process_priority", { mode: "authority" });
  }

  cfg_a(x: unknown): void {
    calls.push(`cfg_a ${x}`);
  }

  cfg_b(x: unknown): void {
    calls.push(`cfg_b ${x} from ${sender(this)}`);
  }

  set_process_priority(): void {}
}

class Side {
  readonly multiplayer = new SceneMultiplayer();
  readonly tree = new SceneTree({ multiplayer: this.multiplayer });
  readonly main = this.tree.root.addChild(new Node("Main"));
  readonly rejections: string[] = [];
  readonly joined: number[] = [];

  constructor(isServer: boolean) {
    const { main } = this;
    main.addChild(new NodeA("A"));
    main.addChild(new Node("B")).addChild(new NodeA("C"));
    main.addChild(new Node("Größe")).addChild(new NodeA("日本"));
    main.addChild(new Big("Big"));
    main.addChild(new Cfg());
    main.addChild(new Small("Tmp"));
    main.addChild(isServer ? new MismatchServer("Mismatch") : new MismatchClient("Mismatch"));
    if (isServer) main.addChild(new Small("OnlyServer"));
    const many = main.addChild(new Node("Many"));
    for (let i = 0; i < 300; i++) many.addChild(new Small(`N${`${i}`.padStart(3, "0")}`));
    this.multiplayer.packetRejected.connect((id, fault) => this.rejections.push(`${id}: ${fault}`));
    this.multiplayer.rpcRejected.connect((id, { reason, path, method }) =>
      this.rejections.push(`${id}: ${reason}, ${path} ${method}`),
    );
    this.multiplayer.peerConnected.connect((id) => {
      this.joined.push(id);
      if (isServer && this.joined.length === 3) this.call("A", "r_any", "third joined");
    });
  }

  readonly begin = (transport: FakeTransport): void => {
    this.multiplayer.multiplayerPeer = transport;
  };

  call(path: string, method: string, ...args: unknown[]): void {
    this.callAt(0, path, method, ...args);
  }

  callAt(peer: number, path: string, method: string, ...args: unknown[]): void {
    this.multiplayer.rpc(peer, this.main.getNode(path), method, args);
  }

  kick(id: number): void {
    this.multiplayer.multiplayerPeer?.disconnectPeer(id);
  }
}

const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
const manyAgain = [0, 9, 239, 240, 250, 259, 299];
const many = (k: number): string => `Many/N${`${k}`.padStart(3, "0")}`;

const serverSteps: Record<string, (side: Side) => void> = {
  any_noargs: (side) => side.call("A", "r_noargs"),
  any_str: (side) => side.call("A", "r_any", "hi"),
  to_one: (side) => side.callAt(side.joined[0]!, "A", "r_any", 42),
  exclude_second: (side) => side.callAt(-side.joined[1]!, "A", "r_any", "all but second"),
  auth: (side) => side.call("A", "r_auth", 1),
  local(side) {
    side.call("A", "r_any_local", "local too");
    side.call("A", "r_auth_local", 2);
  },
  self: (side) => side.callAt(1, "A", "r_any_local", "to myself"),
  modes(side) {
    side.call("A", "r_unrel", "unrel");
    side.call("A", "r_unrel_ord", "ord");
    side.call("A", "r_ch3", "ch3");
    side.call("A", "r_unrel_ch7", "ch7");
  },
  bytes(side) {
    side.call("A", "r_bytes", bytes(1, 2, 3));
    side.call("A", "r_bytes", bytes());
  },
  multi(side) {
    side.call("A", "r_two", 1, "two");
    side.call("A", "r_three", true, -5, new Vector2(1, 2));
    side.call("A", "r_two", bytes(9), bytes(8, 7));
  },
  names(side) {
    side.call("A", "B_upper", 1);
    side.call("A", "_under", 2);
  },
  bc: (side) => side.call("B/C", "r_any", "bc"),
  utf8: (side) => side.call("Größe/日本", "r_any", "utf8 path"),
  big(side) {
    for (const i of [0, 255, 256, 299]) side.call("Big", `m${`${i}`.padStart(3, "0")}`, i);
  },
  cfg(side) {
    const methods = ["cfg_a", "cfg_b", "set_process_priority", "z_ann", "a_ann"];
    [1, 2, 7, 3, 4].forEach((value, i) => {
      side.call("Cfg", methods[i]!, value);
    });
  },
  many(side) {
    for (let k = 0; k < 300; k++) side.call(many(k), "ping", k);
  },
  many_again(side) {
    for (const k of manyAgain) side.call(many(k), "ping", 0 - k);
  },
  many_to_one: (side) => side.callAt(side.joined[0]!, many(290), "ping", "one"),
  send_bytes({ multiplayer, joined }) {
    multiplayer.sendBytes(bytes(1, 2, 3));
    multiplayer.sendBytes(bytes(4), joined[0]);
    multiplayer.sendBytes(bytes(5, 5), -joined[0]!);
    multiplayer.sendBytes(bytes(6, 6, 6));
  },
  large(side) {
    const [first] = side.joined;
    side.callAt(first!, "A", "r_bytes", new Uint8Array(120).fill(7));
    const grown = new Uint8Array(123);
    grown.fill(7, 0, 120);
    side.callAt(first!, "A", "r_bytes", grown);
    side.callAt(first!, "A", "r_bytes", new Uint8Array(65600).fill(8));
    side.callAt(first!, "A", "r_big_str", "s".repeat(70000));
  },
  tmp1: (side) => side.call("Tmp", "ping", 10),
  tmp_readd({ main }) {
    main.getNode("Tmp").free();
    main.addChild(new Small("Tmp"));
  },
  mismatch: (side) => side.call("Mismatch", "one", 5),
  mismatch2: (side) => side.call("Mismatch", "two", 6),
  only_server: (side) => side.call("OnlyServer", "ping", 5),
  wrong_argc(side) {
    side.call("A", "r_two", 1);
    side.call("A", "r_noargs", 1, 2);
  },
  unknown_peer: (side) => expect(() => side.callAt(12345, "A", "r_any", 1)).toThrow("there is no peer 12345"),
  kick_last: (side) => side.kick(side.joined[2]!),
};

const other = (side: Side): number => side.multiplayer.peers.find((id) => id !== 1)!;

const clientSteps: Record<string, (side: Side) => void> = {
  c_any_server: (side) => side.callAt(1, "A", "r_any", "to server"),
  c_any_all: (side) => side.call("A", "r_any", "to all"),
  c_any_all_again: (side) => side.call("A", "r_any", "to all again"),
  c_local_all: (side) => side.call("A", "r_any_local", "local+all"),
  c_other: (side) => side.callAt(other(side), "A", "r_any", "client to client"),
  c_exclude_server: (side) => side.callAt(-1, "A", "r_any", "all but server"),
  c_exclude_other: (side) => side.callAt(-other(side), "A", "r_any", "all but one client"),
  c_auth: (side) => side.callAt(1, "A", "r_auth", "not allowed"),
  c_bytes_all: ({ multiplayer }) => multiplayer.sendBytes(bytes(1, 1)),
  c_bytes_other: (side) => side.multiplayer.sendBytes(bytes(2, 2), other(side)),
  c_bytes_server: ({ multiplayer }) => multiplayer.sendBytes(bytes(3, 3), 1),
};

const idle = new Set(["print_rpc", "c_my_id", "refuse_on", "close", "quit"]);

function runStep(steps: Record<string, (side: Side) => void>, side: Side, name: string): void {
  const step = steps[name];
  if (step !== undefined) step(side);
  else expect(idle.has(name), name).toBe(true);
}

const session = readSession("scene-multiplayer");

describe("a session of Godot 4.6.3", () => {
  test("is recorded whole", () => {
    expect(session.lines.length).toBeGreaterThan(3400);
    expect([...session.ids]).toEqual([
      [1, 1585689779],
      [2, 203328199],
      [3, 1941474726],
    ]);
  });

  test("with us as the server: every octet as Godot sent it, every call as Godot made it", () => {
    calls = [];
    const side = new Side(true);
    const { sent } = replayServer(session, side.begin, (text) => runStep(serverSteps, side, text));
    expect(sent.toJSON()).toEqual(sentByGodot(session, "s2c").toJSON());
    expect(calls).toEqual(callsAt(session, "server"));
    expect(side.rejections).toEqual(["203328199: not allowed, Main/A r_auth"]);
  });

  test.each([1, 2, 3])("with us as client %i: the same", (connection) => {
    calls = [];
    const side = new Side(false);
    const { sent, transport } = replayClient(session, connection, side.begin, (text) =>
      runStep(clientSteps, side, text),
    );
    expect(sent.toJSON()).toEqual(sentByGodot(session, "c2s", connection).toJSON());
    expect(calls).toEqual(callsAt(session, `client${connection}`));
    transport.clock.advance(60_000);
    // As Godot, which prints errors: wrong counts of arguments, and a number that the client has not.
    const refused = [
      "1: wrong number of arguments, Main/A r_bytes",
      "1: unknown method, Main/Mismatch undefined",
      "1: wrong number of arguments, Main/A r_two",
      "1: wrong number of arguments, Main/A r_noargs",
      "1: node not found, Main/OnlyServer undefined",
      "1: node not found, Main/OnlyServer undefined",
    ];
    expect(side.rejections).toEqual(connection === 3 ? refused.slice(1) : refused);
  });
});
