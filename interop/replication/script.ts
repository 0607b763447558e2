/** What a member does: the script of interop/projects/replication-member/main.gd, step by step. */

import { GodotDictionary, Int, type Variant, Vector2 } from "godot-ws";
import { isSame, joiningSeconds, serverId, serverName } from "../harness/session-member.ts";
import { bags, differenceOf, type Member, makeCustom, setValues, wideNames } from "./member.ts";
import { type Bare, Outer, Player, Tile, Unit } from "./nodes.ts";
import { odd } from "./oddities.ts";
import { filteredNode, spawnedNode, staticNode } from "./visibility.ts";

const tiles = 300;
const equal = isSame;
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

export async function runScript(member: Member): Promise<void> {
  if (!member.isServer) member.join();
  const everybody = (): boolean => member.ids.size === member.members.length - 1;
  if (!(await member.soon("everybody is there", everybody, joiningSeconds))) return;
  for (const path of ["ClientSpawner", "ByClient"])
    member.main.getNode(path).setMultiplayerAuthority(member.idOf(member.leaverName));
  await member.allReach("met");
  await modes(member);
  await types(member);
  await manyNodes(member);
  await sizes(member);
  await intervals(member);
  await staticNode(member);
  await spawnedNode(member);
  await filteredNode(member);
  await custom(member);
  await play(member);
  await handOver(member);
  await spawnAsClient(member);
  await odd(member);
  await leaveAndComeBack(member);
  await end(member);
}

// ---- what is replicated when ----

async function modes(member: Member): Promise<void> {
  if (member.isServer) {
    member.spawn(new Unit("Unit").setValues(10));
    await member.allReach("unit");
    member.world("Unit", Unit).setValues(110);
    await member.allReach("unit changed");
    return;
  }
  await member.soon("a node is spawned", () => member.spawned.includes("Unit"));
  const unit = member.world("Unit", Unit);
  member.equal("what it begins with is set before it is ready", unit.atReady, [10, 0, 12, 0, 14, 0]);
  await member.soon("the rest comes with the first states", () =>
    equal(unit.values(), [10, 0, 12, 13, 14, 15]),
  );
  await member.allReach("unit");
  await member.soon("always and on change", () => equal(unit.values(), [10, 0, 112, 113, 114, 115]));
  member.check("synchronized is signalled", unit.states > 1);
  member.equal("delta_synchronized is signalled once for each change", unit.changes, 2);
  await member.allReach("unit changed");
}

async function types(member: Member): Promise<void> {
  const node = member.bare("Types");
  const wide = member.bare("Wide");
  if (member.isServer) {
    setValues(node);
    spawnValues(member);
    await member.allReach("types");
    for (const name of ["p00", "p31", "p32", "p63"]) wide[name] = 7;
    await member.allReach("wide");
    wide["p63"] = 8;
    await member.allReach("wide again");
    return;
  }
  await member.soon("every type, on change", () => differenceOf(node) === "");
  member.equal("every type: what differs", differenceOf(node), "");
  await member.soon("every type, in what a node begins with", () => member.children("Custom").length === 1);
  const [made] = member.children("Custom");
  member.equal("every type at the beginning: what differs", made && differenceOf(made), "");
  await member.allReach("types");
  const has = (...values: number[]): boolean =>
    equal(
      wideNames.map((name) => wide[name]).filter((value) => value !== null),
      values,
    );
  await member.soon("64 properties on change", () => has(7, 7, 7, 7));
  await member.allReach("wide");
  await member.soon("one of 64", () => has(7, 7, 7, 8));
  await member.allReach("wide again");
}

function spawnValues(member: Member): void {
  const spawner = member.spawner("CustomSpawner");
  spawner.spawnFunction = (data) => {
    const node = makeCustom(data);
    setValues(node);
    return node;
  };
  spawner.spawn("values");
  spawner.spawnFunction = makeCustom;
}

async function manyNodes(member: Member): Promise<void> {
  const tileAt = (i: number): Tile => member.world(`Tile${i}`, Tile);
  if (member.isServer) {
    for (const i of range(tiles)) {
      const tile = new Tile(`Tile${i}`);
      tile.place = new Vector2(i, 0.5);
      tile.hp = i;
      member.spawn(tile).rpc.hello(`hello ${i}`);
    }
    await member.allReach("tiles");
    for (const i of range(tiles)) {
      const tile = tileAt(i);
      tile.place = new Vector2(tile.place.x + 1000, tile.place.y);
      tile.hp += 1000;
    }
    await member.allReach("tiles moved");
    for (const i of range(tiles)) tileAt(i).free();
    await member.allReach("tiles gone");
    return;
  }
  const are = (more: number): boolean =>
    range(tiles).every((i) => {
      if (!member.hasWorld(`Tile${i}`)) return false;
      const { hp, place } = tileAt(i);
      return hp === i + more && place.equals(new Vector2(i + more, 0.5));
    });
  await member.soon("300 nodes", () => member.hasWorld(`Tile${tiles - 1}`));
  member.check("300 nodes with their states", are(0));
  const hasHeard = (i: number): boolean => equal(tileAt(i).heard, [`hello ${i}`]);
  await member.soon("a call right behind each spawn", () => range(tiles).every(hasHeard));
  await member.allReach("tiles");
  await member.soon("300 nodes change", () => are(1000));
  await member.allReach("tiles moved");
  await member.soon("300 nodes go", () => !range(tiles).some((i) => member.hasWorld(`Tile${i}`)));
  const gone = member.despawned.filter((name) => name.startsWith("Tile")).length;
  member.equal("despawned is signalled for each", gone, tiles);
  await member.allReach("tiles gone");
}

async function sizes(member: Member): Promise<void> {
  const fill = (what: string, length: number): void => {
    for (const i of range(bags)) member.bare(`${what}${i}`)["text"] = String(i).repeat(length);
  };
  const areFull = (what: string, length: number) => () =>
    range(bags).every((i) => member.bare(`${what}${i}`)["text"] === String(i).repeat(length));
  if (member.isServer) {
    fill("Bag", 400);
    fill("Chest", 20_000);
    await member.allReach("filled");
    fill("Bag", 3000);
    await member.beat();
    await member.allReach("filled too much");
    fill("Bag", 20);
    await member.allReach("filled again");
    return;
  }
  await member.soon("states that fill several packets", areFull("Bag", 400));
  await member.soon("changes that fill several packets", areFull("Chest", 20_000));
  await member.allReach("filled");
  await member.beat();
  member.check("a state that is too large is not sent", areFull("Bag", 400)());
  await member.allReach("filled too much");
  await member.soon("and a smaller one is, again", areFull("Bag", 20));
  await member.allReach("filled again");
}

// ---- how often ----

async function intervals(member: Member): Promise<void> {
  if (member.isServer) {
    member.isTicking = true;
    await member.allReach("ticked");
    member.isTicking = false;
    await member.allReach("tick is over");
    return;
  }
  const { counts } = member;
  counts.clear();
  const countOf = (name: string): number => counts.get(name) ?? 0;
  const counted = (): boolean => countOf("Slow") >= 5 && countOf("SlowChange") >= 5;
  await member.soon("states and changes at intervals", counted);
  const told = [...counts].join(", ");
  member.check("replication_interval holds states back", countOf("Fast") > 4 * countOf("Slow"), told);
  member.check("delta_interval holds changes back", countOf("FastChange") > 4 * countOf("SlowChange"), told);
  await member.allReach("ticked");
  await member.allReach("tick is over");
  const value = (name: string): unknown => member.bare(name)["n"];
  await member.soon(
    "the last value comes",
    () => value("SlowChange") === value("FastChange") && value("Slow") === value("Fast"),
  );
  member.check("as often as there is an interval", countOf("Slow") < countOf("Fast"));
}

// ---- nodes that are made by functions, and in others ----

async function custom(member: Member): Promise<void> {
  if (member.isServer) return customOfServer(member);
  await member.soon("custom nodes", () => member.children("Custom").length === 4);
  const nodes = member.children("Custom") as (Tile | Bare)[];
  const data = nodes.map((node): Variant => node.data ?? "none");
  const dictionary = new GodotDictionary([["a", [1, 2.5]]]);
  member.equal("with what spawn was given", data, ["values", 5, dictionary, "none"]);
  const [, tile] = nodes;
  member.check("and what the function did", tile instanceof Tile && tile.hp === 5);
  await member.soon("nested nodes", () => equal(innersOf(member), ["First", 1, "Second", 2]));
  const limited = (): number[] => (member.children("Limited") as Tile[]).map(({ hp }) => hp);
  await member.soon("a limit", () => equal(limited(), [0, 1, 2]));
  await member.allReach("custom");
  await member.soon("a nested node changes", () => equal(innersOf(member), ["First", 11, "Second", 2]));
  member.equal("no more than the limit", limited(), [0, 1, 2]);
  await member.allReach("custom checked");
  await member.soon("nodes that are just added know no limit", () => equal(limited(), [0, 1, 2, 9]));
  await member.allReach("limited");
  await member.soon("when some have gone, spawn gives one again", () => equal(limited(), [2, 9, 4]));
  await member.allReach("limited again");
}

async function customOfServer(member: Member): Promise<void> {
  const spawner = member.spawner("CustomSpawner");
  const limited = member.spawner("LimitedSpawner");
  spawner.spawn(5);
  spawner.spawn(new GodotDictionary([["a", [new Int(1), 2.5]]]));
  spawner.spawn(null);
  const outer = member.spawn(new Outer("Outer"));
  outer.add("Second", 2);
  for (const i of range(3)) limited.spawn(i);
  member.check(
    "beyond the limit spawn gives nothing",
    member.fails(() => limited.spawn(3)),
  );
  await member.allReach("custom");
  Object.assign(outer.holder.getNode("First"), { n: 11 });
  await member.allReach("custom checked");
  const extra = new Tile("Extra");
  extra.hp = 9;
  member.spawn(extra, undefined, "Limited");
  await member.allReach("limited");
  for (const tile of member.children("Limited").slice(0, 2)) tile.free();
  limited.spawn(4);
  await member.allReach("limited again");
}

function innersOf(member: Member): unknown[] {
  if (!member.hasWorld("Outer")) return [];
  return member
    .world("Outer", Outer)
    .holder.children.flatMap((inner) => [inner.name, Reflect.get(inner, "n")]);
}

// ---- whose word counts ----

const playersOf = (member: Member): Player[] =>
  member.children("World").filter((node): node is Player => node instanceof Player);

/** Ids do not fit into the 32 bits of a component. */
const isAt = (vector: Vector2, x: number, y: number): boolean =>
  Math.fround(vector.x) === Math.fround(x) && vector.y === y;

/** Each client has a player, which only the server moves, and only the client aims. */
async function play(member: Member): Promise<void> {
  const players = (): Player[] => playersOf(member);
  const isPlaced = ({ name, place }: Player): boolean => isAt(place, Number(name), 1);
  if (member.isServer) {
    for (const id of member.ids.values())
      member.spawn(new Player(String(id)), (player) => {
        player.place = new Vector2(id, 1);
      });
  } else {
    await member.soon("a player for each", () => players().length === member.members.length - 1);
    const areOwned = players().every(({ name, authorityAtReady }) => authorityAtReady === Number(name));
    member.check("whose synchronizers have two authorities", areOwned);
    member.check("and which are where the server put them", players().every(isPlaced));
  }
  await member.allReach("players");
  if (!member.isServer) {
    const player = member.world(String(member.id), Player);
    player.aim = new Vector2(member.id, 2);
    player.turn = 0.5;
    // Not for us to say.
    player.place = new Vector2(-1, -1);
  }
  const others = (): Player[] => players().filter(({ name }) => name !== String(member.id));
  const aims = ({ name, aim, turn }: Player): boolean => isAt(aim, Number(name), 2) && turn === 0.5;
  await member.soon("clients aim", () => others().every(aims));
  await member.allReach("aimed");
  member.check("and do not move", others().every(isPlaced));
  await member.allReach("not moved");
}

/** The ball goes from the server to each client and back. */
async function handOver(member: Member): Promise<void> {
  const ball = member.bare("Ball");
  for (const [i, holder] of [...member.members, serverName].entries()) {
    ball.setMultiplayerAuthority(member.idOf(holder));
    if (member.name !== holder) ball["x"] = `none of ${member.name}'s business`;
    await member.allReach(`the ball is handed over, ${i}`);
    if (member.name === holder) ball["x"] = `${i} with ${member.name}`;
    await member.soon(`the ball is handed over, ${i}`, () => ball["x"] === `${i} with ${holder}`);
    await member.allReach(`the ball was seen, ${i}`);
  }
}

/** What the last client has spawned: names and hp. */
const itsOf = (member: Member): unknown[] =>
  (member.children("ByClient") as Tile[]).flatMap(({ name, hp }) => [name, hp]);

async function spawnAsClient(member: Member): Promise<void> {
  if (member.name === member.leaverName) {
    for (const i of range(3)) {
      const tile = new Tile(`Mine${i}`);
      tile.hp = 10 + i;
      member.spawn(tile, undefined, "ByClient");
    }
    await member.allReach("a client spawned");
    member.main.getNode("ByClient/Mine1", Tile).hp = 21;
    await member.allReach("a client changed");
    member.main.getNode("ByClient/Mine0").free();
    await member.allReach("a client despawned");
    return;
  }
  const has =
    (...wanted: unknown[]) =>
    () =>
      equal(itsOf(member), wanted);
  await member.soon("a client spawns", has("Mine0", 10, "Mine1", 11, "Mine2", 12));
  await member.allReach("a client spawned");
  await member.soon("a client's node changes", has("Mine0", 10, "Mine1", 21, "Mine2", 12));
  await member.allReach("a client changed");
  await member.soon("a client despawns", has("Mine1", 21, "Mine2", 12));
  member.check("despawned is signalled for the client's", member.despawned.includes("Mine0"));
  await member.allReach("a client despawned");
}

// ---- leaving and coming back ----

async function leaveAndComeBack(member: Member): Promise<void> {
  if (member.name === member.leaverName) {
    await comeBack(member);
    await checkLate(member);
  } else await stay(member);
  await member.allReach("together again");
  const again = (): Unit => member.world("Again", Unit);
  // Not with `Unit`: its changes are refused by engines in which a leaver's synchronizer had the same number.
  if (member.isServer) {
    member.spawn(new Unit("Again").setValues(300));
    await member.allReach("again");
    again().setValues(310);
  } else {
    await member.soon("nodes go on being spawned for all", () => member.hasWorld("Again"));
    await member.allReach("again");
    await member.soon("states go on for all", () => equal(again().values().slice(2), [312, 313, 314, 315]));
  }
  await member.allReach("late");
}

async function comeBack(member: Member): Promise<void> {
  await member.reachedBy("go", [serverName]);
  member.multiplayer.multiplayerPeer?.close();
  await member.soon(
    "leaving: what others have spawned goes",
    () => member.children("World").length === 0 && member.children("Custom").length === 0,
  );
  member.check("leaving: one's own stays", member.children("ByClient").length === 2);
  for (const tile of member.children("ByClient")) tile.free();
  member.forget();
  member.join();
  const everybody = (): boolean => member.ids.size === member.members.length - 1;
  await member.soon("late: everybody is there", everybody, joiningSeconds);
}

async function stay(member: Member): Promise<void> {
  const before = member.idOf(member.leaverName);
  if (member.isServer) {
    member.world("Unit", Unit).setValues(210);
    member.game.rpcId(before).reach("go");
  }
  await member.soon("what the leaver has spawned goes", () => itsOf(member).length === 0);
  if (member.isServer) member.world(String(before), Player).free();
  else await member.soon("and its player, as the server does it", () => !member.hasWorld(String(before)));
  await member.soon("the leaver comes back", () => member.idOf(member.leaverName) !== before);
}

async function checkLate(member: Member): Promise<void> {
  await member.soon("late: nested nodes", () => equal(innersOf(member), ["First", 11, "Second", 2]));
  await member.soon("late: a node spawned before", () => member.hasWorld("Unit"));
  const { atReady } = member.world("Unit", Unit);
  member.equal("late: with what it is now", atReady, [210, 0, 212, 0, 214, 0]);
  const players = (): Player[] => playersOf(member);
  await member.soon("late: players", () => players().length === member.members.length - 2);
  member.check(
    "late: where they are",
    players().every(({ place }) => place.y === 1),
  );
  await member.soon("late: how they aim", () => players().every(({ aim }) => aim.y === 2));
  member.equal("late: custom nodes", member.children("Custom").length, 4);
  await member.soon("late: nodes that were there before", () => member.bare("Wide")["p63"] === 8);
}

// ---- the end ----

async function end(member: Member): Promise<void> {
  if (member.isServer) {
    await member.reachedBy("end", [...member.ids.keys()]);
    member.game.rpc.reach("dismissed");
    await member.soon("everybody leaves", () => member.multiplayer.peers.length === 0);
    member.check("what the server has spawned stays", member.hasWorld("Unit"));
    return;
  }
  member.game.rpcId(serverId).reach("end");
  await member.reachedBy("dismissed", [serverName]);
  member.multiplayer.multiplayerPeer?.close();
}
