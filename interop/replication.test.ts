/** Replication among our own members, and with the web build of Godot: the script that native/replication.test.ts runs. */

import { describeReplication } from "./replication/describe-replication.ts";

describeReplication("replication among our own", { server: "ours", a: "ours", b: "ours", c: "ours" });
describeReplication("replication of Godot in the web build with our server and clients", {
  server: "ours",
  a: "web",
  b: "ours",
  c: "ours",
});
