/** A game's own scene files make a server for native Godot 4. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describeSceneWorld } from "../scene-world.ts";

const native = nativeEngine("native");

describe.skipIf(!native.ok)(`scene files${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describeSceneWorld("native");
});
