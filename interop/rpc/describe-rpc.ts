/** The script of RPCs as tests: what every member has to see, and what ours have to say besides. */

import { expect, test } from "vitest";
import { type DescribedScript, describeSession } from "../harness/describe-session.ts";
import type { Players, RunElsewhere } from "../harness/session.ts";
import { Member, type MemberStory } from "./member.ts";
import { runScript } from "./script.ts";
import { checksFor } from "./script-checks.ts";

const script: DescribedScript<MemberStory, Member> = {
  project: "rpc-member",
  create: (name, members, url) => new Member(name, members, url),
  run: runScript,
  checksFor,
  leastChecks: (_, members) => 70 - (members.length < 3 ? 5 : 0),
  describeOurs(name, told) {
    test(`${name} says why it refused what it refused`, () => {
      const member = told();
      expect(countRejections(member)).toEqual(expectedRejections(member));
      expect(member.troubles).toEqual([]);
      expect(member.wasTooLarge).toBe(true);
    });

    test(`${name} says what differs where the checksums do`, () => {
      const member = told();
      const explained = member.mismatches.filter(({ theirChecksum }) => theirChecksum !== undefined);
      const isOwner = name === member.ownerName;
      expect(new Set(explained.map(({ path, explanation }) => `${path}: ${explanation}`))).toEqual(
        new Set([`Main/Uneven: ${isOwner ? "the peer lacks extra" : "we lack extra"}`]),
      );
    });
  },
};

/** `players` by name, the server first. */
export function describeRpc(title: string, players: Players, runElsewhere?: RunElsewhere<MemberStory>): void {
  describeSession(title, script, players, runElsewhere);
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
