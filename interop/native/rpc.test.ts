/** RPCs both ways with native Godot 4: our server, our client, and for comparison engines among themselves. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeSession } from "../rpc/describe-session.ts";

const native = nativeEngine("native");
const godot = { a: "native", b: "native", c: "native" } as const;

describe.skipIf(!native.ok)(`RPCs${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeSession("among engines", { server: "native", ...godot });
  describeSession("our server and three engines", { server: "ours", ...godot });
  // One that is thrown out in the end, and one that leaves and comes back.
  describeSession("our client, a server and two engines", { server: "native", ...godot, a: "ours" });
  describeSession("our client that comes back, a server and two engines", {
    server: "native",
    ...godot,
    c: "ours",
  });
});
