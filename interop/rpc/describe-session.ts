/** A run of the script as tests: one for each check, whoever runs it. */

import { beforeAll, describe, expect, test } from "vitest";
import type { MemberStory } from "./member.ts";
import { checksFor } from "./script-checks.ts";
import { type Player, type RunElsewhere, runSession, type SessionReport } from "./session.ts";

/** `players` by name, the server first. */
export function describeSession(
  title: string,
  players: Readonly<Record<string, Player>>,
  runElsewhere?: RunElsewhere,
): void {
  const names = Object.keys(players);
  const expected = new Map(names.map((name) => [name, checksFor(name, names)]));
  const rows = [...new Set([...expected.values()].flat())];

  describe(title, () => {
    let report: SessionReport;
    beforeAll(async () => {
      report = await runSession(players, runElsewhere);
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

    test.each(names)("%s has run the same script, of more than 70 checks", (name) => {
      const checks = report.checks.get(name)?.map((check) => check.name) ?? [];
      expect(checks.sort()).toEqual(expected.get(name)?.sort());
      expect(checks.length).toBeGreaterThan(70 - (names.length < 3 ? 5 : 0));
    });

    for (const name of names.filter((member) => ["ours", "page"].includes(players[member]!))) {
      test(`${name} says why it refused what it refused`, () => {
        const member = report.ours.get(name)!;
        expect(countRejections(member)).toEqual(expectedRejections(member));
        expect(member.troubles).toEqual([]);
        expect(member.wasTooLarge).toBe(true);
      });

      test(`${name} says what differs where the checksums do`, () => {
        const member = report.ours.get(name)!;
        const explained = member.mismatches.filter(({ theirChecksum }) => theirChecksum !== undefined);
        const isOwner = name === member.ownerName;
        expect(new Set(explained.map(({ path, explanation }) => `${path}: ${explanation}`))).toEqual(
          new Set([`Main/Uneven: ${isOwner ? "the peer lacks extra" : "we lack extra"}`]),
        );
      });
    }
  });
}

function countRejections(member: MemberStory): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason, path, method } of member.rejections) {
    const key = `${reason}: ${path} ${method}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** What each of the others calls that it should not: see callWhatIsRefused in script.ts. */
function expectedRejections({ name, members, ownerName, isServer }: MemberStory): Record<string, number> {
  const others = members.length - 1;
  const all = {
    "wrong argument type: Main/Game typed": 3 * others,
    "wrong number of arguments: Main/Game typed": others,
    "wrong number of arguments: Main/Game defaults": 2 * others,
    "not allowed: Main/Configured shut": others,
    // Of all others but the authority.
    "not allowed: Main/Game rule": isServer ? others : others - 1,
    "not allowed: Main/Owned act": name === ownerName ? others : others - 1,
    "unknown method: Main/Uneven undefined": name === ownerName ? 0 : 1,
  };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
