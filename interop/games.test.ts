/** Godot 4.6 as its web build, in processes of their own, against our servers: the engine that every test run has. */

import { describeArena, describePeerClient, describeRooms } from "./suites.ts";

describePeerClient("web");
describeRooms(["web", "web", "web"], ["web", "web"]);
describeArena("web");
