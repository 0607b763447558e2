/** RPCs among our own members, and with the web build of Godot: the script that native/rpc.test.ts runs with engines. */

import { describeRpc } from "./rpc/describe-rpc.ts";

describeRpc("RPCs among our own", { server: "ours", a: "ours", b: "ours", c: "ours" });
describeRpc("RPCs of Godot in the web build with our server and client", {
  server: "ours",
  a: "web",
  b: "ours",
});
