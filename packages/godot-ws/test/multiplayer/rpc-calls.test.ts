import { expect, expectTypeOf, test } from "vitest";
import { createRpcCalls } from "../../src/multiplayer/rpc-calls.ts";

class Caller {
  readonly calls: unknown[] = [];
  readonly multiplayer = {
    rpc: (peer: number, node: object, method: string, args: readonly unknown[]): void => {
      this.calls.push([peer, node === this, method, args]);
    },
  };

  score = 0;
  base(_count: number): void {}
  get value(): number {
    throw new Error("a getter is not to be run");
  }
}

class Derived extends Caller {
  override base(_count: number, _text = ""): void {}
  own(..._rest: string[]): string {
    return "";
  }
}

test("are the methods of the class and of those it descends from, with peer and arguments", () => {
  const node = new Derived();
  createRpcCalls(node, 0).own("a", "b");
  createRpcCalls(node, 7).base(1);
  createRpcCalls(node, -7).base(1, "x");
  expect(node.calls).toEqual([
    [0, true, "own", ["a", "b"]],
    [7, true, "base", [1]],
    [-7, true, "base", [1, "x"]],
  ]);
});

test("may have any name", () => {
  class Odd extends Caller {
    node(): void {}
    peer(): void {}
    override toString(): string {
      return "";
    }
  }
  const odd = new Odd();
  const calls = createRpcCalls(odd, 3);
  calls.node();
  calls.peer();
  calls.toString();
  expect(odd.calls).toEqual(["node", "peer", "toString"].map((name) => [3, true, name, []]));
});

test("of one class do not show in another", () => {
  expect("own" in createRpcCalls(new Caller(), 0)).toBe(false);
  expect("base" in createRpcCalls(new Caller(), 0)).toBe(true);
});

test("have the parameters of the methods, and give nothing back", () => {
  const calls = () => createRpcCalls(new Derived(), 0);
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["own"]>().toEqualTypeOf<(...rest: string[]) => void>();
  expectTypeOf<Parameters<Calls["base"]>>().toEqualTypeOf<[count: number, text?: string | undefined]>();
  expectTypeOf<Calls["score"]>().toBeNever();
});
