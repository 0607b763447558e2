/** Replication both ways with native Godot 4: our server, our clients, and for comparison engines among themselves. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeReplication } from "../replication/describe-replication.ts";

const native = nativeEngine("native");
const godot = { a: "native", b: "native", c: "native" } as const;

describe.skipIf(!native.ok)(`replication${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeReplication("among engines", { server: "native", ...godot });
  describeReplication("our server and three engines", { server: "ours", ...godot });
  // One that is shown what others are not.
  describeReplication("our client, a server and two engines", { server: "native", ...godot, a: "ours" });
  describeReplication("our client that spawns and comes back, a server and two engines", {
    server: "native",
    ...godot,
    c: "ours",
  });
  describeReplication("our server and client among engines", { server: "ours", ...godot, b: "ours" });
});
