/** Replication among our own members, and with the web build of Godot: the script that native/replication.test.ts runs. */

import { describeSession } from "./replication/describe-session.ts";

describeSession("replication among our own", { server: "ours", a: "ours", b: "ours", c: "ours" });
describeSession("replication of Godot in the web build with our server and clients", {
  server: "ours",
  a: "web",
  b: "ours",
  c: "ours",
});
