// The port has nothing that runs; what can be observed of it are the reasons, each of which a test brings about.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type {
  ReplicationFailReason,
  ReplicationRejectReason,
} from "../../src/multiplayer/replication-port.ts";

// By record, so that the compiler finds one that is missing.
const rejected: Record<ReplicationRejectReason, true> = {
  malformed: true,
  "not allowed": true,
  "unknown spawner": true,
  "no spawn node": true,
  "invalid name": true,
  "name taken": true,
  "unknown scene": true,
  "spawn function failed": true,
  "net id taken": true,
  "too many nodes": true,
  "unknown net id": true,
  "unused net ids": true,
  "malformed state": true,
  "wrong property": true,
};
const failed: Record<ReplicationFailReason, true> = {
  "no such property": true,
  "cannot be encoded": true,
  "too large": true,
  "too many properties": true,
  "not sent": true,
};

const folder = fileURLToPath(new URL(".", import.meta.url));
const tests = readdirSync(folder)
  .filter((name) => /^(?:spawn|sync)-(?:sender|receiver)\.test\.ts$/.test(name))
  .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
  .join("\n");

test("every reason of a rejection is brought about by a test", () => {
  for (const reason of Object.keys(rejected)) expect(tests).toContain(`1!${reason}: `);
});

test("every reason of a failure is brought about by a test", () => {
  for (const reason of Object.keys(failed)) expect(tests).toContain(`"${reason}: /root/`);
});
