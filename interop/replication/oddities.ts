/** What is rare: interop/projects/replication-member/oddities.gd, step by step. */

import { GodotDictionary, type Variant, Vector2 } from "godot-ws";
import { isSame } from "../harness/session-member.ts";
import { type Member, syncOf } from "./member.ts";
import { Deep, Tile, Twin } from "./nodes.ts";

const small = 200;
const few = 30;

const reach = (member: Member, phase: string): Promise<void> => member.allReach(`odd: ${phase}`);
const tileOf = (member: Member, name: string): Tile => member.world(name, Tile);
const hpOf = (member: Member, name: string): number => (member.hasWorld(name) ? tileOf(member, name).hp : -1);
const fewOf = (member: Member): Tile[] => Array.from({ length: few }, (_, i) => tileOf(member, `Few${i}`));

export async function odd(member: Member): Promise<void> {
  await sameName(member);
  await twoSynchronizers(member);
  await parts(member);
  await giveAway(member);
  await smallPackets(member);
  await addedLater(member);
}

function createTile(name: string, hp: number): Tile {
  const tile = new Tile(name);
  tile.hp = hp;
  return tile;
}

/** A node goes, and another one of its name comes at once. */
async function sameName(member: Member): Promise<void> {
  if (member.isServer) {
    member.spawn(createTile("Phoenix", 1));
    await reach(member, "first");
    tileOf(member, "Phoenix").free();
    const phoenix = member.spawn(createTile("Phoenix", 2));
    await reach(member, "second");
    member.main.getNode("World").removeChild(phoenix);
    await reach(member, "taken out");
    return;
  }
  await member.soon("a node of a name", () => hpOf(member, "Phoenix") === 1);
  await reach(member, "first");
  await member.soon("another node of this name", () => hpOf(member, "Phoenix") === 2);
  await reach(member, "second");
  await member.soon("a node that is taken out goes", () => !member.hasWorld("Phoenix"));
  await reach(member, "taken out");
}

async function twoSynchronizers(member: Member): Promise<void> {
  const [, a = ""] = member.members;
  if (member.isServer) {
    const twin = new Twin("Twin");
    Object.assign(twin, { x: 1, y: 2 });
    twin.second.setVisibilityFor(member.idOf(a), true);
    member.spawn(twin);
    await member.beat();
    await reach(member, "twins");
    Object.assign(twin, { x: 11, y: 12 });
    await member.beat();
    await reach(member, "twins changed");
    return;
  }
  await member.beat();
  const twin = member.world("Twin", Twin);
  member.equal("both synchronizers' states come with the node", [twin.x, twin.y], [1, 2]);
  await reach(member, "twins");
  await member.beat();
  const wanted = [11, member.name === a ? 12 : 2];
  member.equal("what changes comes to who sees the synchronizer", [twin.x, twin.y], wanted);
  await reach(member, "twins changed");
}

async function parts(member: Member): Promise<void> {
  if (member.isServer) {
    const deep = member.spawn(new Deep("Deep").change(1));
    await reach(member, "parts");
    deep.change(5);
    await reach(member, "parts changed");
    return;
  }
  const hasParts = (n: number): boolean => {
    if (!member.hasWorld("Deep")) return false;
    const bag = new GodotDictionary<Variant, Variant>([
      ["a", 0],
      ["b", n],
    ]);
    return isSame(member.world("Deep", Deep).values(), [new Vector2(n, 0), bag, new Vector2(0, n)]);
  };
  await member.soon("parts of properties", () => hasParts(1));
  await reach(member, "parts");
  await member.soon("parts of properties change", () => hasParts(5));
  await reach(member, "parts changed");
}

/** A spawned node whose word is given to a client, and back. */
async function giveAway(member: Member): Promise<void> {
  if (member.isServer) member.spawn(createTile("Car", 1));
  else await member.soon("a node to be given away", () => hpOf(member, "Car") === 1);
  const car = tileOf(member, "Car");
  for (let i = 0; i < 2; i++) {
    const holder = member.members[1 - i]!;
    syncOf(car).setMultiplayerAuthority(member.idOf(holder));
    await reach(member, `given away, ${i}`);
    if (member.name === holder) {
      car.hp = 10 + i;
      car.place = new Vector2(i, 10);
    }
    const hasCome = (): boolean => car.hp === 10 + i && car.place.equals(new Vector2(i, 10));
    await member.soon(`a spawned node is given away, ${i}`, hasCome);
    await reach(member, `seen, ${i}`);
  }
  if (member.isServer) car.free();
  else await member.soon("and taken away by who has spawned it", () => !member.hasWorld("Car"));
  await reach(member, "crushed");
}

async function smallPackets(member: Member): Promise<void> {
  const { multiplayer } = member;
  if (member.isServer) {
    multiplayer.maxSyncPacketSize = small;
    multiplayer.maxDeltaPacketSize = small;
    for (let i = 0; i < few; i++) member.spawn(createTile(`Few${i}`, i));
    await reach(member, "few");
    for (const [i, tile] of fewOf(member).entries()) {
      tile.hp += 100;
      tile.place = new Vector2(i, 1);
    }
    await reach(member, "few moved");
    multiplayer.maxSyncPacketSize = 1350;
    multiplayer.maxDeltaPacketSize = 65_535;
    return;
  }
  await member.soon("30 nodes", () => hpOf(member, `Few${few - 1}`) === few - 1);
  await reach(member, "few");
  const hasMoved = ({ hp, place }: Tile, i: number): boolean =>
    hp === 100 + i && place.equals(new Vector2(i, 1));
  await member.soon("30 nodes in packets of 200 octets", () => fewOf(member).every(hasMoved));
  await reach(member, "few moved");
}

/** Whoever is to listen has the node before there is something to hear. */
async function addedLater(member: Member): Promise<void> {
  if (member.isServer) await reach(member, "ears");
  member.addStatic("Added", ["x"], "on_change");
  const added = member.bare("Added");
  if (member.isServer) added["x"] = "heard";
  else {
    await reach(member, "ears");
    await member.soon("a synchronizer that is added later", () => added["x"] === "heard");
  }
  await reach(member, "heard");
  added.free();
  await reach(member, "deaf");
}
