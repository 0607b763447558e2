/** A run of a script as tests: one for each check, whoever runs it. Knows no script. */

import { beforeAll, describe, expect, test } from "vitest";
import {
  type OurMember,
  type Players,
  type RunElsewhere,
  runSession,
  type Script,
  type SessionReport,
  type Story,
} from "./session.ts";

export interface DescribedScript<Told extends Story, Member extends Told & OurMember> extends Script<Member> {
  /** The names of a member's checks. */
  checksFor(name: string, members: readonly string[]): readonly string[];
  /** How many they are at least, as a guard against a list that lost some. */
  leastChecks(name: string, members: readonly string[]): number;
  /** More tests, about what a member of ours alone can tell. */
  describeOurs(name: string, told: () => Told): void;
}

export function describeSession<Told extends Story, Member extends Told & OurMember>(
  title: string,
  script: DescribedScript<Told, Member>,
  players: Players,
  runElsewhere?: RunElsewhere<Told>,
): void {
  const names = Object.keys(players);
  const expected = new Map(names.map((name) => [name, script.checksFor(name, names)]));
  const rows = [...new Set([...expected.values()].flat())];

  describe(title, () => {
    let report: SessionReport<Told>;
    beforeAll(async () => {
      report = await runSession<Told, Member>(script, players, runElsewhere);
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

    test.each(names)("%s has run the same script, to its end", (name) => {
      const checks = report.checks.get(name)?.map((check) => check.name) ?? [];
      expect(checks.sort()).toEqual([...(expected.get(name) ?? [])].sort());
      expect(checks.length).toBeGreaterThan(script.leastChecks(name, names));
    });

    for (const name of names.filter((member) => ["ours", "page"].includes(players[member]!))) {
      script.describeOurs(name, () => report.ours.get(name)!);
    }
  });
}
