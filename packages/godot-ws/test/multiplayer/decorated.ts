// A class with decorators, which rpc-config.test.ts has compiled before it runs.

import { Node } from "../../src/multiplayer/node.ts";
import { rpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { Int } from "../../src/variant/numbers.ts";

class Player extends Node {
  @rpc({ mode: "any_peer", callLocal: true, args: [Int, String] })
  hit(_count: number, _by = ""): void {}

  @rpc()
  jump(): void {}

  @rpc({ mode: "any_peer" })
  async rollDice(..._values: number[]): Promise<void> {}

  act(): void {
    this.rpc.hit(1, "a");
    this.rpcId(1).rollDice(1, 2, 3);
    // @ts-expect-error: the first argument is a number.
    this.rpc.hit("a");
  }

  // @ts-expect-error: the parameter is a number, the declared type String.
  @rpc({ args: [String] })
  wrong(_count: number): void {}
}

class Hero extends Player {
  override hit(_count: number): void {}
}

export function describeDecorated(): unknown {
  const { names, checksum, byName } = rpcTableOf(new Hero("A"));
  const part = (name: string) => {
    const { mode, callLocal, argTypes, required } = byName.get(name)!;
    return [mode, callLocal, argTypes, required];
  };
  return { names: names.filter((name) => name !== "wrong"), checksum, hit: part("hit"), jump: part("jump") };
}
