/** A game's own scene files make a server, here for the web build of Godot: see native/scene-world.test.ts. */

import { describeSceneWorld } from "./scene-world.ts";

describeSceneWorld("web");
