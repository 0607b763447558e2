import { describe, expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { uncaughtDuring } from "../peer/memory-peers.ts";
import { FakeSide, Hero, spawnPacket } from "./replicated.ts";

/** A client whose server has told of the spawner by the number 1; what the spawner said. */
function createTarget(options = {}) {
  const side = new FakeSide(2, [1], options);
  side.tell(1, 1, "Spawner");
  const log: string[] = [];
  side.spawner.spawned.connect((node) => log.push(`+ ${node.name}`));
  side.spawner.despawned.connect((node) => log.push(`- ${node.name}`));
  return { side, news: () => log.splice(0) };
}

const example = "04 00 01000000 01000000 01000000 02000000 02000000 41 00 02 06";

describe("a SPAWN", () => {
  test("makes a node with its state before it is ready", () => {
    const { side, news } = createTarget();
    side.bring(1, example);
    const hero = side.world.getNode("A", Hero);
    expect([hero.log, news(), hero.sceneFilePath]).toEqual([["ready 6"], ["+ A"], "res://hero.tscn"]);
    // And its synchronizer is known by the net id.
    side.bring(1, "060100 02000000 02000000 0207");
    expect(hero.hp).toBe(7);
    side.bring(1, "0501000000");
    expect([side.world.childCount, news(), side.takeTroubles()]).toEqual([0, ["- A"], []]);
  });

  test("of a custom node gives its argument to the spawn function", () => {
    const { side } = createTarget();
    const given: unknown[] = [];
    side.spawner.spawnFunction = (data) => {
      given.push(data);
      return new Node("Any");
    };
    side.bring(1, spawnPacket(1, "C", [], "020000000207", { scene: 255 }));
    expect(given).toEqual([7]);
    expect(side.world.hasNode("C")).toBe(true);
  });

  test("gives ids in the order of the tree, to those of the sender's synchronizers that are for the node", () => {
    const { side } = createTarget();
    class Team extends Hero {
      readonly far = this.addChild(new MultiplayerSynchronizer("Far"));
      readonly foreign = this.addChild(new MultiplayerSynchronizer("Foreign"));
      readonly last = this.addChild(new MultiplayerSynchronizer("Last"));
      constructor() {
        super();
        this.far.rootPath = "../Sync";
        this.foreign.setMultiplayerAuthority(2);
        this.last.replicationConfig = new SceneReplicationConfig().addProperty("name_tag");
      }
    }
    side.spawner.addSpawnableScene("res://team.tscn", Team);
    side.bring(1, spawnPacket(1, "T", [2, 3], "0206040000000100000078000000", { scene: 1 }));
    const team = side.world.getNode("T", Team);
    expect([team.hp, team.nameTag, side.takeTroubles()]).toEqual([6, "x", []]);
    side.bring(1, "060100 03000000 0c000000 040000000100000079000000");
    expect(team.nameTag).toBe("y");
  });

  test("with more ids than synchronizers, or a state that is cut, makes the node all the same, as in Godot", () => {
    const { side } = createTarget();
    side.bring(1, spawnPacket(1, "A", [2, 3], "0206"));
    side.bring(1, spawnPacket(4, "B", [5], "02"));
    expect(side.takeTroubles()).toEqual([
      "1!unused net ids: /root/Spawner",
      "1!malformed state: /root/World/B",
    ]);
    expect(side.world.getNode("A", Hero).hp).toBe(6);
    expect(side.world.getNode("B", Hero).hp).toBe(5);
  });

  test("with properties that are not there makes the node, and says so", () => {
    const { side } = createTarget();
    class Odd extends Hero {
      constructor() {
        super();
        this.sync.replicationConfig = new SceneReplicationConfig().addProperty("Gone:x");
      }
    }
    side.spawner.addSpawnableScene("res://odd.tscn", Odd);
    side.bring(1, spawnPacket(1, "O", [2], "0206", { scene: 1 }));
    expect(side.takeTroubles()).toEqual(["1!wrong property: /root/World/O"]);
    expect(side.world.hasNode("O")).toBe(true);
  });
});

describe("refused is", () => {
  const rejected = (packet: string, prepare: (side: FakeSide) => void = () => {}, options = {}): string[] => {
    const { side } = createTarget(options);
    prepare(side);
    side.takeTroubles();
    const before = side.world.childCount;
    side.bring(1, packet);
    expect(side.world.childCount).toBe(before);
    return side.takeTroubles().map((line) => line.replace("/root/Spawner", "S"));
  };

  test("what has impossible lengths", () => {
    expect(rejected(spawnPacket(1, "A", [2], "").replace("0100000002000000", "ffffff7f02000000"))).toEqual([
      "1!malformed: undefined",
    ]);
    expect(rejected(spawnPacket(1, "A", [], "ff", { scene: 255 }))).toEqual(["1!malformed: undefined"]);
    expect(rejected(spawnPacket(1, "A", [], "0200000004", { scene: 255 }))).toEqual([
      "1!malformed: undefined",
    ]);
    expect(
      rejected(spawnPacket(1, "A", [], "0200000004ff", { scene: 255 }), ({ spawner }) => {
        spawner.spawnFunction = () => new Node();
      }),
    ).toEqual(["1!malformed: S"]);
    expect(rejected("04000100")).toEqual(["1!too short"]);
  });

  test("a spawner that is not known, or is none", () => {
    expect(rejected(spawnPacket(1, "A", [], "", { spawnerId: 9 }))).toEqual(["1!unknown spawner: undefined"]);
    expect(
      rejected(spawnPacket(1, "A", [], "", { spawnerId: 2 }), (side) => side.tell(1, 2, "World")),
    ).toEqual(["1!unknown spawner: undefined"]);
  });

  test("who is not the authority", () => {
    expect(rejected(example, ({ spawner }) => spawner.setMultiplayerAuthority(3))).toEqual([
      "1!not allowed: S",
    ]);
  });

  test("a bad name, a taken one, and one without a place", () => {
    for (const name of ["", "a/b", "a:b", "a.b", "@a", "a%", 'a"', "..", "a".repeat(4097)])
      expect(rejected(spawnPacket(1, name, [], "")), name).toEqual(["1!invalid name: S"]);
    expect(rejected(example, ({ world }) => world.addChild(new Node("A")))).toEqual(["1!name taken: S"]);
    expect(
      rejected(example, ({ spawner }) => {
        spawner.spawnPath = "../Gone";
      }),
    ).toEqual(["1!no spawn node: S"]);
  });

  test("a scene that is not there, or cannot be made", async () => {
    expect(rejected(spawnPacket(1, "A", [], "", { scene: 1 }))).toEqual(["1!unknown scene: S"]);
    const custom = spawnPacket(1, "A", [], "0200000002070000", { scene: 255 });
    expect(rejected(custom)).toEqual(["1!spawn function failed: S"]);
    for (const make of [
      () => {
        throw new Error("in a spawn function");
      },
      () => undefined as never,
      (): Node => new Node("P").addChild(new Node("C")),
    ])
      expect(
        rejected(custom, ({ spawner }) => {
          spawner.spawnFunction = make;
        }),
      ).toEqual(["1!spawn function failed: S"]);
    expect(
      rejected(custom, ({ spawner, root }) => {
        spawner.spawnFunction = () => root;
      }),
    ).toEqual(["1!spawn function failed: S"]);
    expect(
      rejected(spawnPacket(1, "A", [], "", { scene: 1 }), ({ spawner }) =>
        spawner.addSpawnableScene("res://only-sent.tscn"),
      ),
    ).toEqual(["1!spawn function failed: S"]);
  });

  test("a net id that is in use, and too many nodes", () => {
    expect(rejected(spawnPacket(1, "B", [], ""), (side) => side.bring(1, example))).toEqual([
      "1!net id taken: S",
    ]);
    const many = (side: FakeSide): void =>
      side.bring(1, spawnPacket(1, "A", [], ""), spawnPacket(2, "B", [], ""));
    expect(rejected(spawnPacket(3, "C", [], ""), many, { maxSpawnedNodes: 2 })).toEqual([
      "1!too many nodes: S",
    ]);
    expect(rejected("05 09000000")).toEqual(["1!unknown net id: undefined"]);
  });
});

describe("a DESPAWN", () => {
  test("is for the authority that the spawner has then", () => {
    const { side } = createTarget();
    side.bring(1, example);
    side.spawner.setMultiplayerAuthority(3);
    side.bring(1, "0501000000");
    expect([side.world.childCount, side.takeTroubles()]).toEqual([1, ["1!not allowed: /root/Spawner"]]);
  });

  test("comes too late for a node that is gone, whose net id is free", () => {
    const { side } = createTarget();
    side.bring(1, example);
    side.world.getNode("A").free();
    side.bring(1, "0501000000");
    expect(side.takeTroubles()).toEqual(["1!unknown net id: undefined"]);
    side.bring(1, example);
    expect([side.world.childCount, side.takeTroubles()]).toEqual([1, []]);
  });
});

test("what the game's code throws does not spoil what comes behind it", async () => {
  const { side, news } = createTarget();
  class Touchy extends Hero {
    override ready(): void {
      throw new Error("in ready");
    }
  }
  side.spawner.addSpawnableScene("res://touchy.tscn", Touchy);
  side.spawner.spawned.connect(() => {
    throw new Error("in a slot");
  });
  const uncaught = await uncaughtDuring(() =>
    side.bring(1, spawnPacket(1, "T", [2], "0206", { scene: 1 }), spawnPacket(3, "A", [4], "0206")),
  );
  expect(uncaught.map(String)).toEqual(["Error: in ready", "Error: in a slot", "Error: in a slot"]);
  expect([news(), side.takeTroubles()]).toEqual([["+ T", "+ A"], []]);
});

test("a node that frees itself when it is ready leaves nothing behind", () => {
  const { side, news } = createTarget();
  class Brief extends Hero {
    override ready(): void {
      this.free();
    }
  }
  side.spawner.addSpawnableScene("res://brief.tscn", Brief);
  for (let i = 0; i < 2; i++) side.bring(1, spawnPacket(1, "B", [2], "0206", { scene: 1 }));
  expect([side.world.childCount, side.takeTroubles()]).toEqual([0, []]);
  expect(news()).toEqual([]);
});

test("what a peer has spawned goes with it, the inner first, and with the connection", () => {
  const { side, news } = createTarget();
  side.bring(1, example);
  side.disconnect(1);
  expect([side.world.childCount, news()]).toEqual([0, ["+ A"]]);
});

test("a node whose spawn function throws its peer out does not stay", () => {
  const { side, news } = createTarget();
  side.spawner.spawnFunction = () => {
    side.transport.peerDisconnected.emit(1);
    return new Node("Any");
  };
  side.bring(1, spawnPacket(1, "C", [], "020000000207", { scene: 255 }));
  expect([side.world.childCount, news()]).toEqual([0, []]);
});

test("a net id that was given twice is that of the later one, also when the other goes", () => {
  const { side } = createTarget();
  side.bring(1, spawnPacket(1, "A", [7], "0205"), spawnPacket(2, "B", [7], "0205"));
  side.world.getNode("A").free();
  side.bring(1, "060100 07000000 02000000 0209");
  expect(side.world.getNode("B", Hero).hp).toBe(9);
});

test("a node that throws its peer out as it enters the tree does not stay, and takes no state of that peer", () => {
  const { side, news } = createTarget();
  const made: Strict[] = [];
  class Strict extends Hero {
    constructor() {
      super();
      made.push(this);
    }
    override enterTree(): void {
      side.transport.peerDisconnected.emit(1);
    }
  }
  side.spawner.addSpawnableScene("res://strict.tscn", Strict);
  side.bring(1, spawnPacket(1, "S", [2], "0206", { scene: 1 }));
  expect([made.map(({ hp }) => hp), side.world.childCount, news(), side.takeTroubles()]).toEqual([
    [5],
    0,
    [],
    [],
  ]);
});

test("a SPAWN that comes while a node is being added does not mix up what belongs to whom", () => {
  const { side, news } = createTarget();
  class Outer extends Hero {
    override enterTree(): void {
      side.bring(1, spawnPacket(3, "B", [4], "0208"));
      // As does whoever polls in the midst of it.
      side.multiplayer.poll();
    }
  }
  side.spawner.addSpawnableScene("res://outer.tscn", Outer);
  side.bring(1, spawnPacket(1, "A", [2], "0206", { scene: 1 }));
  expect([side.world.getNode("A", Outer).hp, side.world.getNode("B", Hero).hp]).toEqual([6, 8]);
  side.bring(1, "060100 02000000 02000000 0216", "060200 04000000 02000000 0218");
  expect([side.world.getNode("A", Outer).hp, side.world.getNode("B", Hero).hp]).toEqual([22, 24]);
  expect([news().sort(), side.takeTroubles()]).toEqual([["+ A", "+ B"], []]);
});

test("an id that SPAWN gives is not for a synchronizer of another peer's", () => {
  const { side } = createTarget();
  class Owned extends Hero {
    constructor() {
      super();
      this.sync.setMultiplayerAuthority(2);
    }
  }
  side.spawner.addSpawnableScene("res://owned.tscn", Owned);
  side.bring(1, spawnPacket(1, "O", [2], "0206", { scene: 1 }));
  const owned = side.world.getNode("O", Owned);
  expect([owned.hp, side.takeTroubles()]).toEqual([5, ["1!unused net ids: /root/Spawner"]]);
  side.bring(1, "060100 02000000 02000000 0209");
  expect([owned.hp, side.takeTroubles()]).toEqual([5, []]);
});
