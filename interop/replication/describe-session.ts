/** A run of the script as tests: one for each check, whoever runs it. */

import { beforeAll, describe, expect, test } from "vitest";
import { bags, type Member, serverName } from "./member.ts";
import { checksFor } from "./script-checks.ts";
import { type Player, runSession, type SessionReport } from "./session.ts";

/** `players` by name, the server first, and three clients. */
export function describeSession(title: string, players: Readonly<Record<string, Player>>): void {
  const names = Object.keys(players);
  const expected = new Map(names.map((name) => [name, checksFor(name, names)]));
  const rows = [...new Set([...expected.values()].flat())];

  describe(title, () => {
    let report: SessionReport;
    beforeAll(async () => {
      report = await runSession(players);
    }, 60_000);

    test.each(rows)("%s", (row) => {
      const results = names
        .filter((name) => expected.get(name)?.includes(row))
        .map((name) => {
          const found = report.checks.get(name)?.filter((check) => check.name === row) ?? [];
          const told = found.map(({ ok, detail }) => (ok ? "passed" : `failed: ${detail ?? ""}`));
          return `${name} ${told.join(", ") || "did not get so far"}`;
        });
      expect(results.filter((result) => !/^\S+ passed$/.test(result))).toEqual([]);
    });

    test.each(names)("%s has run the same script, of more than 85 checks for a client", (name) => {
      const checks = report.checks.get(name)?.map((check) => check.name) ?? [];
      expect(checks.sort()).toEqual([...(expected.get(name) ?? [])].sort());
      expect(checks.length).toBeGreaterThan(name === serverName ? 15 : 85);
    });

    for (const name of names.filter((member) => players[member] === "ours")) {
      test(`${name} says what it did not send, and refuses nothing`, () => {
        const member = report.ours.get(name)!;
        const failures = member.failures.map(({ reason, path }) => `${reason}: ${path}`);
        expect(failures).toEqual(member.isServer ? tooLarge() : []);
        expect(unexpectedOf(member)).toEqual([]);
      });
    }
  });
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
