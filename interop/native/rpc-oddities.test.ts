/** What native Godot 4 sends and takes on rare occasions, at our server. */

import {
  defineRpc,
  type GodotObject,
  Int,
  Node,
  type RpcRejection,
  SceneMultiplayer,
  type SceneMultiplayerOptions,
  SceneTree,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import { describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../harness/engine.ts";

const native = nativeEngine("native");

class Main extends Node {
  readonly taken: unknown[][] = [];
  readonly blobs: number[][] = [];
  readonly numbers: number[] = [];
  onFinished: (peer: number) => void = () => {};

  take(...values: unknown[]): void {
    this.taken.push(values);
  }
  bytes(value: Uint8Array): void {
    this.blobs.push([...value]);
  }
  limited(number: number): void {
    this.numbers.push(number);
  }
  async ask(number: number): Promise<void> {
    const asker = this.multiplayer.remoteSenderId;
    // Every other answer later than in the turn of the question.
    if (number % 2 === 1) await Promise.resolve();
    this.rpcId(asker).answer(number);
  }
  finished(): void {
    this.onFinished(this.multiplayer.remoteSenderId);
  }
  answer(_number: number): void {}
  blob(_value?: Uint8Array): void {}
  done(_text: string): void {}
}
defineRpc(Main, "take", { mode: "any_peer" });
defineRpc(Main, "bytes", { mode: "any_peer", args: [Uint8Array] });
defineRpc(Main, "limited", { mode: "any_peer", args: [Int], rateLimit: { perSecond: 0.001, burst: 3 } });
defineRpc(Main, "ask", { mode: "any_peer", args: [Int] });
defineRpc(Main, "finished", { mode: "any_peer" });
defineRpc(Main, "answer", { args: [Int] });
defineRpc(Main, "blob");
defineRpc(Main, "done");

async function play(options: SceneMultiplayerOptions, args: readonly string[]) {
  const multiplayer = new SceneMultiplayer({ heldCallTimeoutMs: 200, ...options });
  const main = new SceneTree({ multiplayer }).root.addChild(new Main("Main"));
  const rejections: RpcRejection[] = [];
  multiplayer.rpcRejected.connect((_, rejection) => rejections.push(rejection));
  const peer = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1" });
  multiplayer.multiplayerPeer = peer;
  main.onFinished = async (id) => {
    main.rpcId(id).blob(Uint8Array.of(1));
    main.rpcId(id).blob(new Uint8Array(0));
    // Until the call that waits for its node has waited long enough.
    await expect.poll(() => rejections.some(({ reason }) => reason === "node not found")).toBe(true);
    main.rpcId(id).done("seen");
  };
  try {
    const url = `ws://127.0.0.1:${peer.port}/`;
    await startEngine({ engine: "native", project: "rpc-oddities", args: [`--url=${url}`, ...args] })
      .finished;
  } finally {
    peer.close();
  }
  return { main, rejections: rejections.map(({ reason, path, method }) => `${reason}: ${path} ${method}`) };
}

const expectedRejections = [
  ...Array<string>(7).fill("rate limited: Main limited"),
  "node not found: Main/Absent undefined",
];

describe.skipIf(!native.ok)(`rare calls${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test("objects by their ids, bytes without bytes, 255 arguments, answers in turns", async () => {
    const { main, rejections } = await play({}, []);
    expect(main.taken.map((args) => args.length)).toEqual([1, 1, 255]);
    // A null of type Object, which Godot itself fails to read.
    expect(main.taken[0]).toEqual([null]);
    const byId = main.taken[1]?.[0] as GodotObject;
    expect([byId.className, typeof byId.id]).toEqual(["EncodedObjectAsID", "bigint"]);
    expect(main.blobs).toEqual([[], [1, 2]]);
    expect(main.taken.at(-1)).toEqual(Array.from({ length: 255 }, (_, i) => i));
    expect(main.numbers).toEqual([0, 1, 2]);
    expect(rejections).toEqual(expectedRejections);
  });

  test("whole objects, without relay", async () => {
    const options = { serverRelay: false, allowObjectDecoding: true };
    const { main, rejections } = await play(options, ["--relay=off", "--objects=on"]);
    const whole = main.taken[1]?.[0] as GodotObject;
    expect([whole.className, whole.id, whole.properties.has("resource_name")]).toEqual([
      "Resource",
      undefined,
      true,
    ]);
    expect(rejections).toEqual(expectedRejections);
  });
});
