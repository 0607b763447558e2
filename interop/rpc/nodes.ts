/** The nodes of interop/projects/rpc-member, in TypeScript: same paths, same RPCs. */

import { defineRpc, Int, Node, Vector2 } from "godot-ws";

/** Gets every call: the node's name on the wire for the method, who called, with what. */
export type OnCalled = (method: string, from: number, args: readonly unknown[]) => void;

/** A node that hands its calls on. */
export class Reporting extends Node {
  onCalled: OnCalled = () => {};

  protected report(method: string, ...args: readonly unknown[]): void {
    this.onCalled(method, this.multiplayer.remoteSenderId, args);
  }
}

export class Game extends Reporting {
  greet(memberName: unknown): void {
    this.report("greet", memberName);
  }
  reach(phase: unknown): void {
    this.report("reach", phase);
  }
  toAll(text: unknown): void {
    this.report("to_all", text);
  }
  toOne(text: unknown): void {
    this.report("to_one", text);
  }
  toOthers(text: unknown): void {
    this.report("to_others", text);
  }
  toEach(text: unknown): void {
    this.report("to_each", text);
  }
  rule(text: unknown): void {
    this.report("rule", text);
  }
  ruleAll(text: unknown): void {
    this.report("rule_all", text);
  }
  withMe(text: unknown): void {
    this.report("with_me", text);
  }
  countUp(number: unknown): void {
    this.report("count_up", number);
  }
  big(bytes: Uint8Array): void {
    this.report("big", bytes.length);
  }
  typed(count: number, text: string, at: Vector2): void {
    this.report("typed", count, text, at);
  }
  defaults(first: unknown, second: unknown = 5, third: unknown = "x"): void {
    this.report("defaults", first, second, third);
  }
  take0(...args: unknown[]): void {
    this.report("take0", ...args);
  }
  take1(...args: unknown[]): void {
    this.report("take1", ...args);
  }
  take2(...args: unknown[]): void {
    this.report("take2", ...args);
  }
  take3(...args: unknown[]): void {
    this.report("take3", ...args);
  }
  take4(...args: unknown[]): void {
    this.report("take4", ...args);
  }
  take5(...args: unknown[]): void {
    this.report("take5", ...args);
  }
  take6(...args: unknown[]): void {
    this.report("take6", ...args);
  }
  take7(...args: unknown[]): void {
    this.report("take7", ...args);
  }
  take8(...args: unknown[]): void {
    this.report("take8", ...args);
  }
  noRpc(): void {
    this.report("no_rpc");
  }
}

for (const method of ["greet", "reach", "toAll", "toOne", "toOthers", "toEach"] as const) {
  defineRpc(Game, method, { mode: "any_peer" });
}
for (const method of [
  "take0",
  "take1",
  "take2",
  "take3",
  "take4",
  "take5",
  "take6",
  "take7",
  "take8",
] as const) {
  defineRpc(Game, method, { mode: "any_peer" });
}
defineRpc(Game, "rule");
defineRpc(Game, "ruleAll", { callLocal: true });
defineRpc(Game, "withMe", { mode: "any_peer", callLocal: true });
defineRpc(Game, "countUp", { mode: "any_peer", transferMode: "unreliable_ordered", channel: 2 });
defineRpc(Game, "big", { mode: "any_peer", args: [Uint8Array] });
defineRpc(Game, "typed", { mode: "any_peer", args: [Int, String, Vector2] });
defineRpc(Game, "defaults", { mode: "any_peer", args: ["any", "any", "any"] });

export class Leaf extends Reporting {
  touch(text: unknown): void {
    this.report("touch", text);
  }
}
defineRpc(Leaf, "touch", { mode: "any_peer" });

export class Owned extends Reporting {
  act(text: unknown): void {
    this.report("act", text);
  }
}
defineRpc(Owned, "act");

export class Configured extends Reporting {
  constructor(name: string) {
    super(name);
    this.rpcConfig("tag", { mode: "any_peer" });
    this.rpcConfig("shut", { mode: "disabled" });
  }
  scriptToo(text: unknown): void {
    this.report("script_too", text);
  }
  tag(text: unknown): void {
    this.report("tag", text);
  }
  shut(text: unknown): void {
    this.report("shut", text);
  }
}
defineRpc(Configured, "scriptToo", { mode: "any_peer" });

export class Uneven extends Reporting {
  common(text: unknown): void {
    this.report("common", text);
  }
}
defineRpc(Uneven, "common", { mode: "any_peer" });

export class MoreUneven extends Uneven {
  extra(text: unknown): void {
    this.report("extra", text);
  }
}
defineRpc(MoreUneven, "extra", { mode: "any_peer" });

/** A class of nodes with these RPCs. */
export function classWith(methods: readonly string[]): new (name: string) => Reporting {
  class Wide extends Reporting {}
  for (const method of methods) {
    const value = function (this: Wide, text: unknown): void {
      this.report(method, text);
    };
    Object.defineProperty(Wide.prototype, method, { value });
    defineRpc(Wide, method as never, { mode: "any_peer" });
  }
  return Wide;
}
