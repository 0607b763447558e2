// SPAWN and DESPAWN of ours, octet for octet.

import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { FakeSide, Hero, spawnPacket } from "./replicated.ts";

/** What peers would be told of nodes by these packets. */
function told(lines: readonly string[]): string[] {
  const about = lines.filter((line) => /: 0[45]/.test(line));
  return about.map((line) => {
    const [peer, packet = ""] = line.split(": ");
    if (packet.startsWith("05")) return `${peer} - ${Number.parseInt(packet.slice(2, 4), 16)}`;
    const bytes = Buffer.from(packet, "hex");
    const at = 18 + 4 * bytes.readUInt32LE(10);
    const name = bytes.subarray(at, at + bytes.readUInt32LE(14) - 1).toString();
    return `${peer} + ${bytes.readUInt32LE(6)} ${name}`;
  });
}

describe("a node of a scene", () => {
  test("goes out when it is ready, with the path of its spawner before it", () => {
    const side = new FakeSide(1, [2]);
    side.world.addChild(new Hero("A"));
    const [path, spawn] = side.transport.news();
    expect(path).toMatch(/^2: 01.*0001000000537061776e657200$/);
    expect(spawn).toBe("2: 0400010000000100000001000000020000000200000041000205");
    side.world.getNode("A").free();
    expect(side.news()).toEqual(["2: 0501000000"]);
  });

  test("has net ids of one counter with its synchronizers, in the order of the tree", () => {
    const side = new FakeSide(1, [2]);
    const hero = new Hero("A");
    const second = hero.addChild(new MultiplayerSynchronizer("Second"));
    second.replicationConfig = new SceneReplicationConfig().addProperty("name_tag");
    const foreign = hero.addChild(new MultiplayerSynchronizer("Foreign"));
    foreign.setMultiplayerAuthority(2);
    hero.nameTag = "x";
    side.world.addChild(hero);
    side.world.addChild(new Hero("B"));
    expect(side.news()).toEqual([
      `2: ${spawnPacket(1, "A", [2, 3], "0205040000000100000078000000")}`,
      `2: ${spawnPacket(4, "B", [5], "0205")}`,
    ]);
  });

  test("of another spawner's, or for another's authority, is nobody's business", () => {
    const side = new FakeSide(1, [2]);
    side.world.addChild(new Node("Plain"));
    side.root.addChild(new Hero("Elsewhere"));
    side.spawner.setMultiplayerAuthority(2);
    side.world.addChild(new Hero("A"));
    expect(side.news()).toEqual([]);
  });

  test("is not limited, as in Godot", () => {
    const side = new FakeSide(1, [2]);
    side.spawner.spawnLimit = 1;
    side.world.addChild(new Hero("A"));
    side.world.addChild(new Hero("B"));
    expect(told(side.news())).toEqual(["2 + 1 A", "2 + 3 B"]);
    expect(side.spawner.isFull).toBe(true);
    expect(side.takeTroubles()).toEqual([]);
  });

  test("that cannot be told of is reported", () => {
    const side = new FakeSide(1, [2]);
    const hero = new Hero("A");
    hero.hp = undefined as never;
    side.world.addChild(hero);
    const other = new Hero("B");
    other.hp = (() => 1) as never;
    side.world.addChild(other);
    side.transport.multicast = () => {
      throw new LimitError("ERR_OUT_OF_MEMORY", "full");
    };
    side.world.addChild(new Hero("C"));
    expect(side.takeTroubles()).toEqual([
      "no such property: /root/World/A",
      "cannot be encoded: /root/World/B",
      "not sent: /root/World/C",
    ]);
  });
});

describe("a custom node", () => {
  test("goes with its argument, as it was then", () => {
    const side = new FakeSide(1, [2]);
    side.spawner.spawnFunction = () => new Node("C");
    const data = [1];
    side.spawner.spawn(data);
    data.push(2);
    side.connect(3);
    const packet = "04ff01000000010000000000000002000000430010000000" + "1c000000010000000200000001000000";
    expect(side.news()).toEqual([`2: ${packet}`, `3: ${packet}`]);
  });

  test("may be spawned while another is", () => {
    const side = new FakeSide(1, [2]);
    class Outer extends Node {
      override enterTree(): void {
        side.spawner.spawn("Inner");
      }
    }
    side.spawner.spawnFunction = (data) => (data === "Outer" ? new Outer("Outer") : new Node(String(data)));
    side.spawner.spawn("Outer");
    // As with Godot's enter_tree, the inner one comes into the tree before the outer one has told of itself.
    expect(told(side.news())).toEqual(["2 + 1 Inner", "2 + 2 Outer"]);
  });
});

class Room extends Node {
  readonly inner = this.addChild(new Node("Inner"));
  readonly spawner = this.addChild(new MultiplayerSpawner("Spawner"));
  constructor(name = "") {
    super(name);
    this.spawner.spawnPath = "../Inner";
    this.spawner.addSpawnableScene("res://hero.tscn", Hero);
  }
}

describe("order", () => {
  test("what is above goes first, to late joiners too, and goes away last", () => {
    const side = new FakeSide(1, [2]);
    side.spawner.addSpawnableScene("res://room.tscn", Room);
    // Made before the room that it goes into.
    const inner = new Hero("I");
    const room = side.world.addChild(new Room("R"));
    room.inner.addChild(inner);
    side.connect(3);
    expect(told(side.news())).toEqual(["2 + 1 R", "2 + 2 I", "3 + 1 R", "3 + 2 I"]);
    room.free();
    expect(told(side.news())).toEqual(["2 - 2", "3 - 2", "2 - 1", "3 - 1"]);
  });

  test("nodes of one pass go out together, when the outermost is ready", () => {
    const side = new FakeSide(1, [2]);
    const seen: string[][] = [];
    class Adder extends Node {
      override enterTree(): void {
        side.world.addChild(new Hero("Beside"));
      }
    }
    class Late extends Node {
      readonly adder = this.addChild(new Adder("Adder"));
      override ready(): void {
        seen.push(told(side.news()));
      }
    }
    side.spawner.addSpawnableScene("res://late.tscn", Late);
    side.world.addChild(new Late("L"));
    expect(seen).toEqual([[]]);
    expect(told(side.news())).toEqual(["2 + 1 L", "2 + 2 Beside"]);
  });

  test("a node goes out with all that its ready has done, though it adds others", () => {
    const side = new FakeSide(1, [2]);
    class Busy extends Hero {
      override ready(): void {
        this.addChild(new Node("Child"));
        side.world.addChild(new Hero("Beside"));
        this.hp = 9;
      }
    }
    side.spawner.addSpawnableScene("res://busy.tscn", Busy);
    side.world.addChild(new Busy("B"));
    expect(side.news()).toEqual([
      `2: ${spawnPacket(1, "B", [2], "0209", { scene: 1 })}`,
      `2: ${spawnPacket(3, "Beside", [4], "0205")}`,
    ]);
  });

  test("goes on when one is taken away before it is ready", () => {
    const side = new FakeSide(1, [2]);
    class Fleeting extends Node {
      readonly child = this.addChild(new Leaver("Child"));
    }
    class Leaver extends Node {
      override enterTree(): void {
        side.world.addChild(new Hero("Beside"));
        this.parent!.free();
      }
    }
    side.spawner.addSpawnableScene("res://fleeting.tscn", Fleeting);
    side.world.addChild(new Fleeting("F"));
    side.world.addChild(new Hero("B"));
    expect(told(side.news())).toEqual(["2 + 1 Beside", "2 + 3 B"]);
    expect(side.world.children.map(({ name }) => name)).toEqual(["Beside", "B"]);
  });

  test("one that is moved goes and comes", () => {
    const side = new FakeSide(1, [2]);
    const hero = side.world.addChild(new Hero("A"));
    side.news();
    side.world.removeChild(hero);
    side.world.addChild(hero);
    expect(told(side.news())).toEqual(["2 - 1", "2 + 3 A"]);
  });
});

describe("visibility", () => {
  test("any visible synchronizer suffices; none of the visible ones hides it", () => {
    const side = new FakeSide(1, [2, 3]);
    const hero = new Hero("A");
    hero.sync.publicVisibility = false;
    const second = hero.addChild(new MultiplayerSynchronizer("Second"));
    second.publicVisibility = false;
    side.world.addChild(hero);
    expect(side.news()).toEqual([]);
    second.setVisibilityFor(3, true);
    hero.sync.setVisibilityFor(3, true);
    second.setVisibilityFor(3, false);
    expect(told(side.news())).toEqual(["3 + 1 A"]);
    hero.sync.setVisibilityFor(3, false);
    expect(told(side.news())).toEqual(["3 - 1"]);
  });

  test("for a peer that is not there waits until it is", () => {
    const side = new FakeSide(1, [2]);
    const hero = new Hero("A");
    hero.sync.publicVisibility = false;
    side.world.addChild(hero);
    hero.sync.setVisibilityFor(3, true);
    expect([side.news(), side.takeTroubles()]).toEqual([[], []]);
    side.connect(3);
    expect(told(side.news())).toEqual(["3 + 1 A"]);
  });
});

test("a peer that has left is told nothing, and a new connection has new ids", () => {
  const side = new FakeSide(1, [2]);
  const hero = side.world.addChild(new Hero("A"));
  side.disconnect(2);
  side.news();
  hero.free();
  expect(side.news()).toEqual([]);
  side.world.addChild(new Hero("B"));
  side.multiplayer.multiplayerPeer = undefined;
  side.multiplayer.multiplayerPeer = side.transport;
  side.connect(4);
  expect(told(side.news())).toEqual(["4 + 1 B"]);
});

test("a spawn node that comes later, or anew, is watched", () => {
  const side = new FakeSide(1, [2]);
  side.spawner.spawnPath = "../Level/Heroes";
  for (const name of ["A", "B"]) {
    const level = new Node("Level");
    level.addChild(new Node("Heroes")).addChild(new Hero(name));
    side.root.addChild(level);
    side.root.getNode("Level/Heroes").addChild(new Hero(`${name}2`));
    expect(told(side.news()).map((line) => line.split(" ").at(-1))).toEqual([name, `${name}2`]);
    level.free();
    side.news();
  }
});

test("a spawner that leaves takes its nodes back from the peers, not from here", () => {
  const side = new FakeSide(1, [2]);
  const hero = side.world.addChild(new Hero("A"));
  side.world.addChild(new Hero("B"));
  side.news();
  side.spawner.free();
  expect(told(side.news())).toEqual(["2 - 3", "2 - 1"]);
  expect(side.world.childCount).toBe(2);
  side.connect(3);
  hero.free();
  expect(told(side.news())).toEqual([]);
  side.root.addChild(side.spawner);
  side.world.addChild(new Hero("C"));
  expect(told(side.news())).toEqual(["2 + 5 C", "3 + 5 C"]);
});

test("a node that the filter of another frees is not told of", () => {
  const side = new FakeSide(1, [2]);
  const [first, second] = [new Hero("A"), new Hero("B")];
  first.sync.addVisibilityFilter(() => {
    second.free();
    return true;
  });
  class Adder extends Node {
    override enterTree(): void {
      side.world.addChild(first);
      side.world.addChild(second);
    }
  }
  // All three of one pass.
  class Outer extends Node {
    readonly adder = this.addChild(new Adder("Adder"));
  }
  side.spawner.addSpawnableScene("res://outer.tscn", Outer);
  side.world.addChild(new Outer("O"));
  expect(told(side.news())).toEqual(["2 + 1 O", "2 + 2 A"]);
});

test("a path that could not be told goes again", () => {
  const side = new FakeSide(1, [2]);
  side.world.addChild(new Hero("A")).sync.free();
  side.news();
  const hero = side.root.addChild(new Hero("H"));
  const { multicast } = side.transport;
  side.transport.multicast = () => {
    throw new LimitError("ERR_OUT_OF_MEMORY", "full");
  };
  side.pass(3);
  side.transport.multicast = multicast;
  side.transport.clock.advance(17);
  expect(side.transport.news()).toEqual([expect.stringMatching(/^2: 01.*02000000/)]);
  expect(side.takeTroubles()).toEqual(["not sent: /root/H/Sync"]);
  expect(hero.hp).toBe(5);
});

describe("what a full queue refuses", () => {
  /** A client's: the room left, in packets. */
  function narrow(side: FakeSide): { room: number } {
    const queue = { room: 0 };
    const put = side.transport.putPacket.bind(side.transport);
    side.transport.putPacket = (packet) => {
      if (queue.room-- <= 0) throw new LimitError("ERR_OUT_OF_MEMORY", "full");
      put(packet);
    };
    return queue;
  }

  /** A client whose spawner is its own, and to whose peers the spawner's path is known. */
  function clientSide(): FakeSide {
    const side = new FakeSide(5, [1, 2]);
    side.spawner.setMultiplayerAuthority(5);
    side.world.addChild(new Node("First"));
    side.spawner.addSpawnableScene("res://plain.tscn", Plain);
    side.world.addChild(new Plain("Known"));
    side.news();
    return side;
  }

  class Plain extends Node {}

  /** The relayed ones as sent to whom they are for. */
  function toldByClient(side: FakeSide): string[] {
    return told(
      side.transport.news().map((line) => {
        const [, packet = ""] = line.split(": ");
        if (!packet.startsWith("0703")) return line;
        return `${Buffer.from(packet, "hex").readInt32LE(2)}: ${packet.slice(12)}`;
      }),
    );
  }

  test("goes again to those who miss it, and is reported once", () => {
    const side = clientSide();
    const queue = narrow(side);
    queue.room = 1;
    side.world.addChild(new Plain("A"));
    expect(toldByClient(side)).toEqual(["1 + 2 A"]);
    side.transport.clock.advance(1000);
    expect(side.takeTroubles()).toEqual(["not sent: /root/World/A"]);
    queue.room = 9;
    side.transport.clock.advance(1000);
    expect(toldByClient(side)).toEqual(["2 + 2 A"]);
    side.transport.clock.advance(1000);
    expect(side.transport.news()).toEqual([]);
  });

  test("a DESPAWN is not lost, and goes before a node of the same name", () => {
    const side = clientSide();
    const queue = narrow(side);
    queue.room = 1;
    side.world.getNode("Known").free();
    side.world.addChild(new Plain("Known"));
    expect(toldByClient(side)).toEqual(["1 - 1"]);
    queue.room = 9;
    side.transport.clock.advance(1000);
    expect(toldByClient(side)).toEqual(["2 - 1", "1 + 2 Known", "2 + 2 Known"]);
  });

  test("is of no use to those who have gone, or of what has", () => {
    const side = clientSide();
    const queue = narrow(side);
    side.world.getNode("Known").free();
    side.world.addChild(new Plain("A")).free();
    side.disconnect(2);
    queue.room = 9;
    side.transport.clock.advance(1000);
    expect(toldByClient(side)).toEqual(["1 - 1"]);
  });
});
