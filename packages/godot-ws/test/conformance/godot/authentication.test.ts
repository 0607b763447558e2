// The recorded session of a server that authenticates, and nine clients: good, bad, silent, without authentication, and in
// every order of completing.

import { describe, expect, test } from "vitest";
import { Node } from "../../../src/multiplayer/node.ts";
import { defineRpc } from "../../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../../src/multiplayer/scene-tree.ts";
import type { FakeTransport } from "../../multiplayer/fake-transport.ts";
import type { VirtualClock } from "../../simulation/virtual-environment.ts";
import { callsAt, readSession, replayClient, replayServer, sentByGodot } from "./session.ts";

class Main extends Node {
  readonly calls: string[] = [];

  hello(text: string): void {
    this.calls.push(`hello(${text}) from ${this.multiplayer.remoteSenderId}`);
  }
}

defineRpc(Main, "hello", { mode: "any_peer", args: [String] });

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (data: Uint8Array): string => new TextDecoder().decode(data);

class Side {
  readonly multiplayer = new SceneMultiplayer();
  readonly main = new SceneTree({ multiplayer: this.multiplayer }).root.addChild(new Main("Main"));
  /** Signals and refusals. */
  readonly log: string[] = [];
  clock!: VirtualClock;

  constructor(who: string) {
    const { multiplayer, log } = this;
    multiplayer.peerConnected.connect((id) => this.main.rpcId(id).hello(`hi from ${who}`));
    multiplayer.peerAuthenticationFailed.connect((id) => log.push(`failed ${id}`));
    multiplayer.packetRejected.connect((id, fault) => log.push(`${id}: ${fault}`));
    multiplayer.rpcRejected.connect((id, { reason }) => log.push(`${id}: ${reason}`));
  }

  readonly begin = (transport: FakeTransport): void => {
    this.clock = transport.clock;
    this.multiplayer.multiplayerPeer = transport;
  };

  send(id: number, text: string): void {
    this.multiplayer.sendAuth(id, encode(text));
  }

  later(ms: number, act: () => void): void {
    this.clock.setTimer(act, ms);
  }
}

function createServer(): Side {
  const side = new Side("server");
  const { multiplayer } = side;
  multiplayer.peerAuthenticating.connect((id) => side.send(id, "challenge"));
  multiplayer.authCallback = (id, data) => {
    const answers: Record<string, () => void> = {
      good() {
        side.send(id, "welcome");
        multiplayer.completeAuth(id);
      },
      bad: () => multiplayer.disconnectPeer(id),
      first() {
        side.send(id, "more");
        side.later(400, () => multiplayer.completeAuth(id));
      },
      server_first: () => multiplayer.completeAuth(id),
      step1: () => side.send(id, "step2"),
      step3: () => multiplayer.completeAuth(id),
    };
    answers[decode(data)]?.();
  };
  return side;
}

type Answers = (side: Side, data: string) => void;

const modes: Record<number, { who: string; begin?: (side: Side) => void; answer?: Answers }> = {
  1: {
    who: "client1_good",
    answer(side, data) {
      if (data === "challenge") side.send(1, "good");
      else side.multiplayer.completeAuth(1);
    },
  },
  2: { who: "client2_bad", answer: (side) => side.send(1, "bad") },
  3: { who: "client3_silent", answer: () => {} },
  4: { who: "client4_noauth" },
  5: {
    who: "client5_first",
    begin(side) {
      side.send(1, "first");
      side.multiplayer.completeAuth(1);
      expect(() => side.send(1, "x")).toThrow("completed on one side");
    },
    answer: () => {},
  },
  6: {
    who: "client6_serverfirst",
    answer(side) {
      side.send(1, "server_first");
      side.later(480, () => side.multiplayer.completeAuth(1));
    },
  },
  7: {
    who: "client7_steps",
    answer(side, data) {
      if (data === "challenge") return side.send(1, "step1");
      side.send(1, "step3");
      side.multiplayer.completeAuth(1);
    },
  },
  8: {
    who: "client8_early",
    begin(side) {
      expect(() => side.multiplayer.sendBytes(encode("x"), 1)).toThrow("there is no peer 1");
      expect(() => side.send(1, "")).toThrow("no authentication data");
    },
    answer: () => {},
  },
  9: { who: "client9_giveup", answer: (side) => side.multiplayer.multiplayerPeer?.close() },
};

function createClient(connection: number): Side {
  const { who, begin, answer } = modes[connection]!;
  const side = new Side(who);
  if (begin !== undefined) side.multiplayer.peerAuthenticating.connect(() => begin(side));
  if (answer !== undefined) side.multiplayer.authCallback = (_, data) => answer(side, decode(data));
  // That of the recorded clients: the third waits for longer than the server, the eighth not so long.
  if (connection === 3) side.multiplayer.authTimeout = 0;
  if (connection === 8) side.multiplayer.authTimeout = 1;
  return side;
}

const session = readSession("authentication");

describe("a session of Godot 4.6.3", () => {
  test("with us as the server: every octet as Godot sent it, every call as Godot made it", () => {
    const side = createServer();
    const { sent } = replayServer(session, side.begin, () => {});
    expect(sent.toJSON()).toEqual(sentByGodot(session, "s2c").toJSON());
    expect(side.main.calls).toEqual(callsAt(session, "server"));
    expect(side.log).toEqual([
      "failed 1962847028",
      "1985459504: not authenticated",
      "1985459504: not authenticated",
      "failed 1985459504",
      "failed 222175059",
      "failed 415596743",
    ]);
  });

  test.each(Object.keys(modes).map(Number))("with us as client %i: the same", (connection) => {
    const side = createClient(connection);
    const { sent } = replayClient(session, connection, side.begin, () => {});
    expect(sent.toJSON()).toEqual(sentByGodot(session, "c2s", connection).toJSON());
    expect(side.main.calls).toEqual(callsAt(session, modes[connection]!.who));
  });
});
