/** Bundled for a page: a member of interop/rpc, which runs its script there and tells what came of it. */

import { Member, type MemberStory } from "../interop/rpc/member.ts";
import { runScript } from "../interop/rpc/script.ts";

/** As it goes from the page to the test. */
export type PageMember = (name: string, members: readonly string[], url: string) => Promise<MemberStory>;

const runMember: PageMember = async (name, members, url) => {
  const member = new Member(name, members, url);
  try {
    await runScript(member);
  } catch (error) {
    member.check("the script ran to its end", false, String(error));
  }
  member.multiplayer.multiplayerPeer?.close();
  const { ownerName, isServer, checks, rejections, mismatches, troubles, wasTooLarge } = member;
  return { name, members, ownerName, isServer, checks, rejections, mismatches, troubles, wasTooLarge };
};

Object.assign(globalThis, { runMember });
