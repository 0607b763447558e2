/** Who sees what: interop/projects/replication-member/phases.gd, step by step. */

import { MultiplayerSynchronizer } from "godot-ws";
import { type Member, syncOf } from "./member.ts";
import { Enemy } from "./nodes.ts";

const isA = (member: Member): boolean => member.name === member.members[1];
const isB = (member: Member): boolean => member.name === member.members[2];
const idOfA = (member: Member): number => member.idOf(member.members[1]!);
const idOfB = (member: Member): number => member.idOf(member.members[2]!);
const reach = (member: Member, phase: string): Promise<void> => member.allReach(`visibility: ${phase}`);

/** The server's: on with it when all clients have seen what there is to be seen. */
async function step(member: Member, phase: string): Promise<void> {
  await member.beat();
  await reach(member, phase);
}

async function sees(member: Member, check: string, name: string, isThere: boolean): Promise<void> {
  await member.beat();
  await member.soon(check, () => member.hasWorld(name) === isThere);
}

export async function staticNode(member: Member): Promise<void> {
  const secret = member.bare("Secret");
  if (member.isServer) {
    const sync = syncOf(secret);
    secret["x"] = 1;
    await step(member, "hidden from all");
    sync.setVisibilityFor(idOfA(member), true);
    await step(member, "shown to one");
    sync.publicVisibility = true;
    await step(member, "public");
    sync.setVisibilityFor(idOfA(member), false);
    sync.publicVisibility = false;
    secret["x"] = 2;
    await step(member, "hidden again");
    return;
  }
  await member.beat();
  member.check("a state is hidden from all", secret["x"] === null);
  await reach(member, "hidden from all");
  await member.beat();
  if (isA(member)) await member.soon("a state is shown to one", () => secret["x"] === 1);
  else member.check("a state is shown to one", secret["x"] === null);
  await reach(member, "shown to one");
  await member.beat();
  await member.soon("a state is public", () => secret["x"] === 1);
  await reach(member, "public");
  await member.beat();
  member.check("a state is hidden again", secret["x"] === 1);
  await reach(member, "hidden again");
}

export async function spawnedNode(member: Member): Promise<void> {
  if (member.isServer) return spawnedNodeOfServer(member);
  const enemy = (): Enemy => member.world("Enemy", Enemy);
  await member.beat();
  member.check("a hidden node is not spawned", !member.hasWorld("Enemy"));
  await reach(member, "not spawned");
  await sees(member, "a node is shown to one", "Enemy", isA(member));
  if (isA(member)) {
    const { heard, x } = enemy();
    member.equal("with its state", x, 1);
    await member.soon("calls go to the one", () => heard.join() === "to one");
  } else {
    member.check("with its state", true);
    member.check("calls go to the one", !member.hasWorld("Enemy"));
  }
  await reach(member, "spawned for one");
  await sees(member, "and taken away", "Enemy", false);
  member.check("which is signalled to that one", member.despawned.includes("Enemy") === isA(member));
  await reach(member, "taken away");
  await sees(member, "a node is shown to all", "Enemy", true);
  member.equal("with its state by now", enemy().x, 2);
  await reach(member, "spawned for all");
  await sees(member, "and taken from all", "Enemy", false);
  await reach(member, "gone");
}

async function spawnedNodeOfServer(member: Member): Promise<void> {
  const enemy = new Enemy("Enemy");
  enemy.x = 1;
  member.spawn(enemy);
  enemy.rpc.shout("to nobody");
  await step(member, "not spawned");
  enemy.sync.setVisibilityFor(idOfA(member), true);
  enemy.rpc.shout("to one");
  await step(member, "spawned for one");
  enemy.x = 2;
  enemy.sync.setVisibilityFor(idOfA(member), false);
  await step(member, "taken away");
  enemy.sync.publicVisibility = true;
  await step(member, "spawned for all");
  enemy.free();
  await step(member, "gone");
}

export async function filteredNode(member: Member): Promise<void> {
  if (member.isServer) return filteredNodeOfServer(member);
  await sees(member, "a filter lets one through", "Filtered", isA(member));
  await reach(member, "filtered");
  await sees(member, "and is asked again", "Filtered", isB(member));
  await reach(member, "filtered anew");
  await sees(member, "but not in mode none", "Filtered", isB(member));
  await reach(member, "not asked");
  await sees(member, "until it is to be asked", "Filtered", isA(member));
  await reach(member, "asked");
  await sees(member, "without a filter all see it", "Filtered", true);
  await reach(member, "without a filter");
}

async function filteredNodeOfServer(member: Member): Promise<void> {
  let allowed = idOfA(member);
  const filter = (id: number): boolean => id === allowed;
  const enemy = new Enemy("Filtered");
  const { sync } = enemy;
  sync.publicVisibility = true;
  sync.addVisibilityFilter(filter);
  member.spawn(enemy);
  await step(member, "filtered");
  allowed = idOfB(member);
  await step(member, "filtered anew");
  sync.visibilityUpdateMode = MultiplayerSynchronizer.VisibilityUpdateMode.VISIBILITY_PROCESS_NONE;
  allowed = idOfA(member);
  await step(member, "not asked");
  sync.updateVisibility();
  await step(member, "asked");
  sync.removeVisibilityFilter(filter);
  sync.updateVisibility();
  await step(member, "without a filter");
}
