/** Native Godot 4 against our servers: its own framing code, which the web build leaves to the browser. */

import { describe } from "vitest";
import { nativeEngine } from "../harness/engine.ts";
import { describePeerClient, describeRooms } from "../suites.ts";

const native = nativeEngine("native");

describe.skipIf(!native.ok)(`rooms${native.ok ? "" : ` - ${native.reason}`}`, () => {
  describePeerClient("native");
  describeRooms(["native", "native", "native"], ["native", "web", "native"]);
});
