import { describe, expect, test } from "vitest";
import { encodeSys, readSysPeer, sysRelay } from "../../src/multiplayer/commands.ts";
import { type AnnouncePeer, ServerRelay } from "../../src/multiplayer/relay.ts";

/** A relay for peers 2 to 5, and what it sent: `"2: 0701…"`. */
function createRelay(members: number[] = [2, 3, 4, 5], announcePeer?: AnnouncePeer) {
  const sent: string[] = [];
  const peers = new Set(members);
  const relay = new ServerRelay(
    {
      peers,
      multicast(packet, targets) {
        for (const target of targets) sent.push(`${target}: ${Buffer.from(packet).toString("hex")}`);
      },
    },
    announcePeer,
  );
  return { relay, peers, sent };
}

const inner = Uint8Array.of(3, 0xab);

const encodeRelay = (peer: number, content: Uint8Array): Uint8Array => encodeSys(sysRelay, peer, content);

function forward(relay: ServerRelay, sender: number, packet: Uint8Array): string {
  const target = readSysPeer(packet);
  const outcome = relay.forward(sender, packet);
  if (outcome === "unknown relay target") return `unknown ${target}`;
  return outcome === undefined ? "not ours" : `ours: ${Buffer.from(outcome).toString("hex")}`;
}

describe("ServerRelay.forward", () => {
  // Rows of the table in the wire reference; the sender is 2, as which the source goes out: 02000000.
  const bySource = (...targets: number[]): string[] => targets.map((target) => `${target}: 07030200000003ab`);
  test.each([
    ["n, connected", 4, bySource(4), "not ours"],
    ["the sender itself", 2, bySource(2), "not ours"],
    ["n, unknown", 9, [], "unknown 9"],
    ["1, the server", 1, [], "unknown 1"],
    ["0, all", 0, bySource(3, 4, 5), "ours: 03ab"],
    ["-1, all but the server", -1, bySource(3, 4, 5), "not ours"],
    ["-n, all but n", -4, bySource(3, 5), "ours: 03ab"],
    ["-n, unknown", -9, bySource(3, 4, 5), "ours: 03ab"],
    ["minus the sender", -2, bySource(3, 4, 5), "ours: 03ab"],
    ["the lowest there is", -0x80000000, bySource(3, 4, 5), "ours: 03ab"],
  ])("%s", (_, target, expected, outcome) => {
    const { relay, sent } = createRelay();
    expect(forward(relay, 2, encodeRelay(target, inner))).toBe(outcome);
    expect(sent).toEqual(expected);
    expect(relay.forwardedCount).toBe(outcome.startsWith("unknown") ? 0 : 1);
  });

  test("does not look into what it forwards", () => {
    const { relay, sent } = createRelay();
    expect(forward(relay, 3, encodeRelay(2, Uint8Array.of(7)))).toBe("not ours");
    expect(sent).toEqual(["2: 07030300000007"]);
  });

  test("passes on none of the bits of the first octet that mean nothing", () => {
    const { relay, sent } = createRelay();
    relay.forward(2, Uint8Array.of(0xd7, 3, 4, 0, 0, 0, 0xab));
    expect(sent).toEqual(["4: 070302000000ab"]);
  });

  test("with nobody else there it still is for us", () => {
    const { relay, sent } = createRelay([2]);
    expect(forward(relay, 2, encodeRelay(0, inner))).toBe("ours: 03ab");
    expect(sent).toEqual([]);
  });
});

describe("ServerRelay", () => {
  test("announces a newcomer to the others, and them to it", () => {
    const { relay, sent } = createRelay([2, 3]);
    relay.announce(9);
    expect(sent).toEqual(["2: 070109000000", "3: 070109000000", "9: 070102000000", "9: 070103000000"]);
  });

  test("announces nothing to the first", () => {
    const { relay, sent } = createRelay([]);
    relay.announce(9);
    expect(sent).toEqual([]);
  });

  test("tells the others who has left", () => {
    const { relay, peers, sent } = createRelay([2, 3, 9]);
    peers.delete(9);
    relay.retract(9);
    expect(sent).toEqual(["2: 070209000000", "3: 070209000000"]);
  });
});

describe("ServerRelay with an interest", () => {
  // Odd ids know odd ones, even ids even ones; until it is said otherwise.
  function createRooms(members: number[]) {
    const roomOf = new Map(members.map((id) => [id, id % 2]));
    const created = createRelay([], (of, to) => roomOf.get(of) === roomOf.get(to));
    for (const id of members) {
      created.relay.announce(id);
      created.peers.add(id);
    }
    const news = (): string[] => created.sent.splice(0);
    return { ...created, roomOf, news };
  }

  test("announces to each other only whom it says", () => {
    const { news } = createRooms([2, 3, 4, 5]);
    expect(news()).toEqual(["2: 070104000000", "4: 070102000000", "3: 070105000000", "5: 070103000000"]);
  });

  test("may be one-sided", () => {
    const { relay, peers, sent } = createRelay([2], (of) => of === 9);
    relay.announce(9);
    peers.add(9);
    expect(sent).toEqual(["2: 070109000000"]);
  });

  test("tells of an end only who knew of a beginning", () => {
    const { relay, peers, news } = createRooms([2, 3, 4, 5]);
    news();
    peers.delete(4);
    relay.retract(4);
    expect(news()).toEqual(["2: 070204000000"]);
    peers.delete(2);
    relay.retract(2);
    expect(news()).toEqual([]);
  });

  test("forwards to nobody who does not know the sender", () => {
    const { relay, news } = createRooms([2, 3, 4, 5]);
    news();
    expect(forward(relay, 2, encodeRelay(3, inner))).toBe("unknown 3");
    expect(forward(relay, 2, encodeRelay(4, inner))).toBe("not ours");
    expect(forward(relay, 2, encodeRelay(0, inner))).toBe("ours: 03ab");
    expect(forward(relay, 9, encodeRelay(0, inner))).toBe("ours: 03ab");
    expect(news()).toEqual(["4: 07030200000003ab", "4: 07030200000003ab"]);
  });

  test("can be asked again: who moves is made known and forgotten", () => {
    const { relay, roomOf, news } = createRooms([2, 3, 4]);
    news();
    roomOf.set(2, 1);
    relay.update(2);
    expect(news()).toEqual(["3: 070102000000", "2: 070103000000", "4: 070202000000", "2: 070204000000"]);
    relay.update(2);
    expect(news()).toEqual([]);
    relay.clear();
    relay.update(2);
    expect(news()).toEqual(["3: 070102000000", "2: 070103000000"]);
  });

  test("without one there is nothing to ask again", () => {
    const { relay, sent } = createRelay();
    relay.update(2);
    expect(sent).toEqual([]);
  });
});
