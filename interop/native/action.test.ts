/** The action example with native Godot 4: replication between an unmodified game and our server. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeArena } from "../suites.ts";

const native = nativeEngine("native");

describe.skipIf(!native.ok)(`action${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeArena("native");
});
