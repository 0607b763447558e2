/** Random values between native engines and us (interop/variant). */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeExchange } from "../variant/exchange.ts";

const native = nativeEngine();
const native3 = nativeEngine("native3");

describe.skipIf(!native.ok)(`Godot 4${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeExchange("native", { count: 10_000, generation: 4, project: "variant-exchange" });
});

describe.skipIf(!native3.ok)(`Godot 3${native3.ok ? "" : ` - ${native3.reason}`}`, () => {
  describeExchange("native3", { count: 2000, generation: 3, project: "variant-exchange-3" });
});
