/** What every member does: the same, step by step and check by check, as interop/projects/rpc-member/main.gd. */

import { Vector2, Vector2i } from "godot-ws";
import { bufferSize, joiningSeconds, serverId, serverName, until } from "../harness/session-member.ts";
import {
  deepPaths,
  type Member,
  many,
  methodOfWide,
  password,
  sleepy,
  utf8,
  valuesReceived,
  valuesToSend,
  wide,
} from "./member.ts";
import { Leaf } from "./nodes.ts";

const mostArguments = 8;
const burst = 200;

/** All of it; a server has been told to listen before. */
export async function runScript(member: Member): Promise<void> {
  if (!member.isServer && !(await enter(member))) return;
  if (!(await meet(member))) return;
  await exchange(member);
  await leaveAndComeBack(member);
  await throwOut(member);
}

const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);
const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

// ---- coming in ----

async function enter(member: Member): Promise<boolean> {
  const { authFailures } = member;
  await member.attempt("wrong");
  member.check("refused: the authentication fails", equal(authFailures, [serverId]), `${authFailures}`);
  member.check("refused: never connected", member.arrivals === 0);
  authFailures.length = 0;
  await member.attempt(sleepy);
  member.check("timed out: the authentication fails", equal(authFailures, [serverId]), `${authFailures}`);
  member.check("timed out: never connected", member.arrivals === 0);
  authFailures.length = 0;
  await member.attempt(password);
  member.check("accepted: what the server sent", equal(member.authData, ["welcome"]), `${member.authData}`);
  const losses = "refused and timed out: the server was lost each time";
  member.check(losses, member.serverLosses === 2, `${member.serverLosses}`);
  member.serverLosses = 0;
  return member.check("accepted: connected", member.arrivals === 1 && authFailures.length === 0);
}

async function meet(member: Member): Promise<boolean> {
  const { multiplayer, members, ids } = member;
  const greeted = "greeted by everybody in the turn of connecting";
  if (!(await member.soon(greeted, () => ids.size === members.length - 1, joiningSeconds))) return false;
  const peers = sorted(multiplayer.peers);
  member.check("those who greeted are the peers", equal(sorted(ids.values()), peers));
  member.check("each of them was signalled once", equal(sorted(member.joined), peers), `${member.joined}`);
  if (member.isServer) {
    const others = members.length - 1;
    member.check("an id of its own", member.id === serverId);
    member.check("authentications refused", member.refused === others, `${member.refused}`);
    member.check("authentications timed out", member.authFailures.length === others);
    member.check("nobody is left authenticating", multiplayer.authenticatingPeers.length === 0);
  } else {
    member.check("an id of its own", member.id > serverId && !peers.includes(member.id));
    member.check("the server came first", member.joined[0] === serverId);
  }
  member.main.getNode("Owned").setMultiplayerAuthority(member.idOf(member.ownerName));
  await member.allReach("met");
  return true;
}

// ---- calls ----

/** Calls by the name on the wire, as GDScript does. */
function call(member: Member, path: string, method: string, args: readonly unknown[], peer = 0): void {
  member.multiplayer.rpc(peer, member.main.getNode(path), method, args);
}

const text = (what: string, id: number): string => `${what}, from ${id}`;
const textOf =
  (what: string) =>
  (id: number): [string] => [text(what, id)];

async function exchange(member: Member): Promise<void> {
  callAllKinds(member);
  checkRefusalsAtHome(member);
  callWithArguments(member);
  callWhatIsRefused(member);
  callAtManyNodes(member, "first");
  sendBytes(member);
  await member.allReach("exchanged");
  // Godot drops the calls for a node that is not there; ours wait for it, so here it is late.
  member.add("Later", new Leaf("Later"));
  await until(() => member.calls.get("Later.touch")?.size === member.ids.size, 2);
  checkAllKinds(member);
  checkArguments(member);
  checkWhatWasRefused(member);
  checkManyNodes(member, "first", "600 nodes, by path");
  checkBytes(member);
  const { everybody } = member;
  member.checkCalls("a call before its node is there", "Later.touch", everybody, textOf("early"));
  member.calls.delete("Comes.touch");
  member.main.getNode("Comes").free();
  member.add("Comes", new Leaf("Comes"));
  await member.allReach("checked");

  callAtManyNodes(member, "second");
  call(member, "Comes", "touch", [text("again", member.id)]);
  sendTooMuch(member);
  member.game.rpc.toAll(text("behind", member.id));
  await member.allReach("exchanged again");
  checkManyNodes(member, "second", "600 nodes, by number");
  member.checkCalls("a node that left and came back", "Comes.touch", everybody, textOf("again"));
  member.check("nothing came of what was too large", !member.calls.has("Game.big_lost"));
  member.checkCalls("a large packet", "Game.big", everybody, () => [1 << 20]);
  member.checkEach("calls go on behind what was too large", "Game.to_all", everybody, (id) => [
    [text("to all", id)],
    [text("behind", id)],
  ]);
  await member.allReach("checked again");
}

function callAllKinds(member: Member): void {
  const { game, id } = member;
  const next = member.idOf(member.next);
  game.rpc.toAll(text("to all", id));
  game.rpc.withMe(text("to all and me", id));
  game.rpcId(next).toOne(text("to one", id));
  game.rpcId(-next).toOthers(text("to all but one", id));
  for (const other of member.everybody) game.rpcId(other).toEach(text("to each", id));
  game.rpc.rule(text("authority", id));
  if (member.isServer) game.rpc.ruleAll(text("authority and me", id));
  call(member, "Owned", "act", [text("owner", id)]);
  for (const path of deepPaths) call(member, path, "touch", [text(path, id)]);
  for (let i = 0; i < wide; i++) call(member, "Wide", methodOfWide(i), [i], next);
  call(member, "Configured", "tag", [text("tag", id)]);
  call(member, "Configured", "script_too", [text("script", id)]);
  call(member, "Uneven", "common", [text("common", id)]);
  // Our own Later is not there yet either, but the others may have it: another node at its place, for the moment.
  const later = new Leaf("Later");
  member.main.addChild(later);
  call(member, "Later", "touch", [text("early", id)]);
  later.free();
}

function checkAllKinds(member: Member): void {
  const { everybody, id } = member;
  const previous = member.idOf(member.previous);
  const owner = member.idOf(member.ownerName);
  const not = (one: number): number[] => everybody.filter((other) => other !== one);
  const only = (one: number): number[] => (one === id ? [] : [one]);
  member.checkCalls("any_peer, to all", "Game.to_all", everybody, textOf("to all"));
  member.checkCalls("call_local, to all", "Game.with_me", [...everybody, id], textOf("to all and me"));
  member.checkCalls("to one", "Game.to_one", [previous], textOf("to one"));
  member.checkCalls("to all but one", "Game.to_others", not(previous), textOf("to all but one"));
  member.checkCalls("to each", "Game.to_each", everybody, textOf("to each"));
  member.checkCalls("authority is the server", "Game.rule", only(serverId), textOf("authority"));
  member.checkCalls("authority with call_local", "Game.rule_all", [serverId], textOf("authority and me"));
  member.checkCalls("authority is a client", "Owned.act", only(owner), textOf("owner"));
  for (const path of deepPaths)
    member.checkCalls(`a node at ${path}`, `${path}.touch`, everybody, textOf(path));
  const isCalled = (i: number): boolean => {
    const got = member.calls.get(`Wide.${methodOfWide(i)}`);
    return got?.size === 1 && equal(got.get(previous), [[i]]);
  };
  member.check("a node with 300 RPCs", range(wide).every(isCalled));
  member.checkCalls("set on the node alone", "Configured.tag", everybody, textOf("tag"));
  member.checkCalls("of the script beside it", "Configured.script_too", everybody, textOf("script"));
  member.checkCalls("in spite of another checksum", "Uneven.common", everybody, textOf("common"));
  member.check("no sender outside of a call", member.multiplayer.remoteSenderId === 0);
}

function checkRefusalsAtHome(member: Member): void {
  const { game, multiplayer } = member;
  const next = member.idOf(member.next);
  const refused = (name: string, action: () => void): boolean => member.check(name, member.fails(action));
  refused("to oneself without call_local is an error", () => game.rpcId(member.id).toAll("me"));
  refused("to nobody arrives nowhere", () => game.rpcId(1_999_999_999).toAll("nobody"));
  refused("what is no RPC is an error", () => game.rpcId(next).noRpc());
  refused("no bytes are an error", () => multiplayer.sendBytes(new Uint8Array(0), next));
}

// ---- arguments ----

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const roundsOf = (count: number): number => (count === 0 ? 1 : valuesToSend.length);

/** Every value stands at every place once. */
function pick<Value>(values: readonly Value[], count: number, start: number): Value[] {
  return range(count).map((i) => values[(start + i) % values.length]!);
}

function callWithArguments(member: Member): void {
  for (const count of range(mostArguments + 1)) {
    for (const i of range(roundsOf(count)))
      call(member, "Game", `take${count}`, pick(valuesToSend, count, i));
  }
  call(member, "Game", "defaults", [1]);
  call(member, "Game", "defaults", [1, 2]);
  call(member, "Game", "defaults", [1, 2, 3]);
  call(member, "Game", "typed", [3.75, "x", new Vector2i(1, 2)]);
  call(member, "Game", "typed", [4, "y", new Vector2(0.5, 2)]);
}

function checkArguments(member: Member): void {
  const { everybody } = member;
  for (const count of range(mostArguments + 1)) {
    const wanted = range(roundsOf(count)).map((i) => pick(valuesReceived, count, i));
    member.checkEach(`${count} arguments of every type`, `Game.take${count}`, everybody, () => wanted);
  }
  const defaults = [
    [1, 5, "x"],
    [1, 2, "x"],
    [1, 2, 3],
  ];
  member.checkEach("default arguments missing", "Game.defaults", everybody, () => defaults);
  const typed = [
    [3, "x", new Vector2(1, 2)],
    [4, "y", new Vector2(0.5, 2)],
  ];
  member.checkEach("arguments are converted to their types", "Game.typed", everybody, () => typed);
}

// ---- what is refused ----

function callWhatIsRefused(member: Member): void {
  call(member, "Game", "typed", ["three", "x", new Vector2()]);
  call(member, "Game", "typed", [3, 4, new Vector2()]);
  call(member, "Game", "typed", [3, "x", null]);
  call(member, "Game", "typed", [3]);
  call(member, "Game", "defaults", []);
  call(member, "Game", "defaults", [1, 2, 3, 4]);
  call(member, "Configured", "shut", [text("shut", member.id)]);
  if (member.name === member.ownerName) call(member, "Uneven", "extra", [text("extra", member.id)]);
}

function checkWhatWasRefused(member: Member): void {
  const hasAll = (key: string, count: number): boolean =>
    member.everybody.every((id) => member.calls.get(key)?.get(id)?.length === count);
  member.check("wrong arguments are refused", hasAll("Game.typed", 2));
  member.check("too few and too many are refused", hasAll("Game.defaults", 3));
  member.check("what is disabled is refused", !member.calls.has("Configured.shut"));
  member.check("what only the caller knows is refused", !member.calls.has("Uneven.extra"));
}

// ---- many nodes ----

function callAtManyNodes(member: Member, what: string): void {
  const next = member.idOf(member.next);
  for (const i of range(many)) call(member, `Many/N${i}`, "touch", [`${what} ${i}`], next);
}

function checkManyNodes(member: Member, what: string, name: string): void {
  const previous = member.idOf(member.previous);
  const isCalled = (i: number): boolean => {
    const got = member.calls.get(`Many/N${i}.touch`)?.get(previous) ?? [];
    return equal(got.at(-1), [`${what} ${i}`]) && got.length === (what === "first" ? 1 : 2);
  };
  member.check(name, range(many).every(isCalled));
}

// ---- bytes ----

function sendBytes(member: Member): void {
  const next = member.idOf(member.next);
  const { multiplayer, id } = member;
  multiplayer.sendBytes(utf8(text("bytes to all", id)));
  multiplayer.sendBytes(utf8(text("bytes to one", id)), next);
  multiplayer.sendBytes(utf8(text("bytes to all but one", id)), -next);
}

function checkBytes(member: Member): void {
  const { everybody, packets } = member;
  const previous = member.idOf(member.previous);
  const has = (what: string, wanted: (id: number) => boolean): boolean =>
    everybody.every((id) => {
      const heard = packets.get(id)?.filter((packet) => packet === text(what, id)) ?? [];
      return heard.length === (wanted(id) ? 1 : 0);
    });
  member.check("bytes to all", has("bytes to all", () => true) && packets.size === everybody.length);
  member.check(
    "bytes to one",
    has("bytes to one", (id) => id === previous),
  );
  member.check(
    "bytes to all but one",
    has("bytes to all but one", (id) => id !== previous),
  );
}

function sendTooMuch(member: Member): void {
  member.game.rpc.big(new Uint8Array(1 << 20));
  // Here it is an error that is seen.
  member.wasTooLarge = member.fails(() => member.game.rpc.big(new Uint8Array(bufferSize + 1000)));
}

// ---- leaving and coming back ----

async function leaveAndComeBack(member: Member): Promise<void> {
  const { game } = member;
  const leaver = member.idOf(member.leaverName);
  if (member.name === member.leaverName) {
    await member.reachedBy("go", [...member.ids.keys()]);
    for (const i of range(burst)) game.rpc.countUp(i);
    member.multiplayer.multiplayerPeer?.close();
    await comeBack(member);
  } else {
    game.rpcId(leaver).reach("go");
    await stay(member, leaver);
  }
  await member.allReach("together again");
  game.rpc.toAll(text("late", member.id));
  call(member, "D0/D1/D2", "touch", [text("late", member.id)]);
  game.rpc.withMe(text("late, with me", member.id));
  await member.allReach("late");
  checkLate(member);
  if (member.name !== member.leaverName) {
    member.fails(() => game.rpcId(leaver).toAll("nobody"));
  }
  await member.allReach("late checked");
  const calls = [...(member.calls.get("Game.to_all")?.values() ?? [])].flat();
  const hasCome = calls.some(([what]) => what === "nobody");
  member.check("to the one who left arrives nowhere", !hasCome);
}

function checkLate(member: Member): void {
  const { everybody, calls } = member;
  const isLast = (key: string, what: string) => (id: number) =>
    equal(calls.get(key)?.get(id)?.at(-1), [text(what, id)]);
  member.check("to all, with a late joiner", everybody.every(isLast("Game.to_all", "late")));
  member.check("at a known node, with a late joiner", everybody.every(isLast("D0/D1/D2.touch", "late")));
  const andMe = [...everybody, member.id];
  member.check("call_local, with a late joiner", andMe.every(isLast("Game.with_me", "late, with me")));
}

async function comeBack(member: Member): Promise<void> {
  const before = member.id;
  const { multiplayer, ids, members } = member;
  member.check("no peers after leaving", await until(() => multiplayer.peers.length === 0, 15));
  member.forget();
  await member.attempt(password);
  const everybody = (): boolean => ids.size === members.length - 1;
  await member.soon("late: greeted by everybody", everybody, joiningSeconds);
  member.check("late: with another id", member.id !== before);
  member.main.getNode("Owned").setMultiplayerAuthority(member.idOf(member.ownerName));
}

async function stay(member: Member, leaver: number): Promise<void> {
  const { game, ids, left, calls, leaverName } = member;
  await member.soon("the leaver is signalled", () => left.includes(leaver));
  const isGone = !member.multiplayer.peers.includes(leaver) && left.length === 1;
  member.check("and is no peer any more", isGone);
  const got = calls.get("Game.count_up")?.get(leaver) ?? [];
  const isWhole = got.every(([number], i) => number === i) && got.length <= burst;
  member.check("what it sent before has no hole", isWhole, `${got.length}`);
  const stayed = [...ids.keys()].filter((name) => name !== leaverName);
  if (ids.get(leaverName) === leaver) ids.delete(leaverName);
  for (const name of stayed) {
    game.rpcId(member.idOf(name)).toEach(text("stayed", member.id));
    game.rpcId(member.idOf(name)).reach("stayed");
  }
  await member.reachedBy("stayed", stayed);
  const isHeard = (name: string): boolean => {
    const id = member.idOf(name);
    return equal(calls.get("Game.to_each")?.get(id)?.at(-1), [text("stayed", id)]);
  };
  member.check("calls go on among those who stayed", stayed.every(isHeard));
  await member.soon("the leaver comes back with another id", () => ids.has(leaverName), joiningSeconds);
}

// ---- the end ----

async function throwOut(member: Member): Promise<void> {
  const { game, multiplayer, left, ids } = member;
  const thrown = member.ownerName;
  const thrownId = member.idOf(thrown);
  if (member.name === thrown) {
    game.rpcId(serverId).reach("throw me out");
    await member.soon("thrown out: the server is lost", () => member.serverLosses === 1);
    member.check("thrown out: no peers", multiplayer.peers.length === 0);
    return;
  }
  ids.delete(thrown);
  if (!member.isServer) {
    await member.soon("the one thrown out is signalled to the others", () => left.includes(thrownId));
    return endOfClient(member);
  }
  await until(() => member.hasReached("throw me out", thrownId), 15);
  multiplayer.disconnectPeer(thrownId);
  member.check("the one thrown out is no peer", !multiplayer.peers.includes(thrownId));
  await endOfServer(member);
  member.check("nor signalled here", !left.includes(thrownId));
}

/** A Godot server drops what comes together with the end of a connection, so nobody goes before he is told to. */
async function endOfServer(member: Member): Promise<void> {
  await member.reachedBy("end", [...member.ids.keys()]);
  member.game.rpc.reach("dismissed");
  await member.soon("everybody leaves", () => member.multiplayer.peers.length === 0);
}

async function endOfClient(member: Member): Promise<void> {
  member.game.rpcId(serverId).reach("end");
  await member.reachedBy("dismissed", [serverName]);
  member.check("the server was never lost", member.serverLosses === 0);
  member.multiplayer.multiplayerPeer?.close();
}
