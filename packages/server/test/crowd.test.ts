// A hundred games come and go; afterwards nothing of them is left.

import { expect, test } from "vitest";
import { SeededRandom } from "../../godot-ws/test/simulation/virtual-environment.ts";
import { Game, quiet, roomUrl, startServer, until, WireGame } from "./games.ts";

/** Of what keeps a process alive, or could: sockets, timers and the like, by kind. */
function resources() {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    sockets: counts["TCPSocketWrap"] ?? 0,
    servers: counts["TCPServerWrap"] ?? 0,
    timers: counts["Timeout"] ?? 0,
  };
}

/** One way or another of leaving. */
function leave(game: Game | WireGame, way: number): void {
  if (game instanceof WireGame) {
    if (way === 0) game.socket.close(1000);
    else game.socket.terminate();
  } else if (way === 0) {
    game.transport.close();
  } else if (game.id !== 0) {
    game.transport.disconnectPeer(1, way === 1);
  } else {
    game.transport.close();
  }
}

test("a hundred games join and leave at random, and leave nothing behind", async () => {
  const before = resources();
  const random = new SeededRandom(20261122);
  const server = await startServer();
  const games: (Game | WireGame)[] = [];
  let joins = 0;
  while (joins < 300) {
    if (games.length < 100 && random.chance(60)) {
      joins++;
      const url = roomUrl(server, `room${random.below(5)}`);
      games.push(random.chance(50) ? new Game(url) : new WireGame(url));
    } else if (games.length > 0) {
      const [game] = games.splice(random.below(games.length), 1);
      leave(game!, random.below(3));
    }
    if (random.chance(30)) await quietly(3);
    const speaker = games.length > 0 ? random.pick(games) : undefined;
    if (speaker instanceof Game && speaker.id !== 0) speaker.say("hello");
  }
  const here = (game: Game | WireGame): boolean =>
    game instanceof Game ? game.id !== 0 : game.messages.length > 0;
  await until(() => games.every(here));
  const present = games.map((game) => game.id).sort();
  const seen = (): number[] =>
    server
      .status()
      .rooms.flatMap((room) => room.peers.map(({ id }) => id))
      .sort();
  await until(() => `${seen()}` === `${present}`);
  for (const game of games) {
    if (!(game instanceof Game)) continue;
    const room = server.status().rooms.find(({ peers }) => peers.some(({ id }) => id === game.id))!;
    const others = [1, ...room.peers.map(({ id }) => id)].filter((id) => id !== game.id).sort();
    await until(() => `${[...game.multiplayer.peers].sort()}` === `${others}`);
  }

  for (const game of games.splice(0)) leave(game, random.below(3));
  await until(() => server.rooms.size === 0);
  await until(() => resources().sockets === before.sockets);
  await server.close();
  await quiet();
  const after = resources();
  expect([after.sockets, after.servers]).toEqual([before.sockets, before.servers]);
  // Of the test runner's own one may have ended.
  expect(after.timers).toBeLessThanOrEqual(before.timers);
});

async function quietly(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
