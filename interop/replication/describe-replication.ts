/** The script of replication as tests: what every member has to see, and what ours have to say besides. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type DescribedScript, describeSession } from "../harness/describe-session.ts";
import type { Players } from "../harness/session.ts";
import { serverName } from "../harness/session-member.ts";
import { bags, Member } from "./member.ts";
import { runScript } from "./script.ts";
import { checksFor } from "./script-checks.ts";

const script: DescribedScript<Member, Member> = {
  project: "replication-member",
  files: {
    "values.json": readFileSync(new URL("../projects/rpc-member/values.json", import.meta.url), "utf8"),
  },
  create: (name, members, url) => new Member(name, members, url),
  run: runScript,
  checksFor,
  leastChecks: (name) => (name === serverName ? 15 : 85),
  describeOurs(name, told) {
    test(`${name} says what it did not send, and refuses nothing`, () => {
      const member = told();
      const failures = member.failures.map(({ reason, path }) => `${reason}: ${path}`);
      expect(failures).toEqual(member.isServer ? tooLarge() : []);
      expect(unexpectedOf(member)).toEqual([]);
    });
  },
};

/** `players` by name, the server first, and three clients. */
export function describeReplication(title: string, players: Players): void {
  describeSession(title, script, players);
}

const tooLarge = (): string[] => Array.from({ length: bags }, (_, i) => `too large: /root/Main/Bag${i}/Sync`);

function unexpectedOf({ rejections, troubles }: Member): unknown[] {
  return [
    // From the new holder of the ball, before we have heard that it is the one.
    ...rejections.filter(({ reason, path }) => reason !== "not allowed" || path !== "/root/Main/Ball/Sync"),
    // From a client that has not heard yet that another one has left.
    ...troubles.filter((trouble) => !trouble.endsWith("unknown relay target")),
  ];
}
