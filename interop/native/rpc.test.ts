/** RPCs both ways with native Godot 4: our server, our client, and for comparison engines among themselves. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeRpc } from "../rpc/describe-rpc.ts";

const native = nativeEngine("native");
const godot = { a: "native", b: "native", c: "native" } as const;

describe.skipIf(!native.ok)(`RPCs${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeRpc("among engines", { server: "native", ...godot });
  describeRpc("our server and three engines", { server: "ours", ...godot });
  // One that is thrown out in the end, and one that leaves and comes back.
  describeRpc("our client, a server and two engines", { server: "native", ...godot, a: "ours" });
  describeRpc("our client that comes back, a server and two engines", {
    server: "native",
    ...godot,
    c: "ours",
  });
});
