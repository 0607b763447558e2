import { expect, test } from "vitest";
import * as commands from "../../src/multiplayer/network-commands.ts";

test("have Godot's numbers", () => {
  expect({ ...commands }).toEqual({
    remoteCall: 0,
    simplifyPath: 1,
    confirmPath: 2,
    raw: 3,
    spawn: 4,
    despawn: 5,
    sync: 6,
    sys: 7,
  });
});
