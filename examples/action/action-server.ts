// The server: the Godot project's own scene with the match told to its nodes, thirty times a second, and the page for those
// who only watch on the same port. Knows nothing of the command line.

import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Site } from "example-site";
import {
  type HttpUpgrade,
  type PackedScene,
  SceneMultiplayer,
  SceneTree,
  Signal,
  WebSocketMultiplayerPeer,
  WebSocketPeer,
} from "godot-ws";
import { ArenaMap } from "./arena-map.ts";
import { GameLoop, stepSeconds } from "./game-loop.ts";
import { type Fighter, Match, type Shot } from "./match.ts";
import { Arena, type Bullet, loadMain, type Player } from "./nodes.ts";
import { projectFolder } from "./project-folder.ts";

export interface ActionServerOptions {
  /** Default: all addresses. */
  bindAddress?: string;
}

/** What the page reads of the project. */
const projectFile = /^\/godot\/([\w-]+\.(?:tscn|tres))$/;
const maxPeers = 200;
const longestName = 16;
/** About each peer. */
const mostComplaints = 5;
const limits = { handshakeTimeoutMs: 3000, inboundBufferSize: 4096, maxMessagesPerSecond: 240 };

export class ActionServer {
  /** What happens, line by line. */
  readonly logged = new Signal<[line: string]>();

  readonly #peer = WebSocketMultiplayerPeer.createAcceptor({ maxPeers });
  // Clients need not know each other: inputs are for the server alone.
  readonly #multiplayer = new SceneMultiplayer({ autoPoll: false, announcePeer: () => false });
  readonly #tree = new SceneTree({ multiplayer: this.#multiplayer });
  readonly #arena: Arena;
  readonly #bulletNodes = new Map<Shot, Bullet>();
  // What was said about a peer.
  readonly #complaints = new Map<number, Set<string>>();
  readonly #loop: GameLoop;
  /** The rules. */
  readonly match: Match;
  #site!: Site;

  /** Listens on `port`, 0 for any. Rejects with Node's own error when it cannot be had. */
  static async listen(port: number, { bindAddress = "*" }: ActionServerOptions = {}): Promise<ActionServer> {
    const server = new ActionServer(await loadMain(projectFolder));
    try {
      server.#site = await Site.listen({
        example: "action",
        port,
        bindAddress,
        onUpgrade: (upgrade) => server.#take(upgrade),
        onRequest: sendProjectFile,
      });
    } catch (error) {
      server.#stop();
      throw error;
    }
    return server;
  }

  private constructor(scene: PackedScene) {
    this.#arena = this.#tree.root.addChild(scene.instantiate()).getNode("Arena", Arena);
    this.match = new Match(new ArenaMap(this.#arena.size, this.#arena.walls));
    this.#arena.joined.connect((id, name) => this.#join(id, name));
    this.#tell();
    const multiplayer = this.#multiplayer;
    multiplayer.peerDisconnected.connect((id) => this.#left(id));
    multiplayer.rpcRejected.connect((id, { reason, detail }) => this.#complain(id, reason, detail));
    multiplayer.replicationRejected.connect((id, { reason, detail }) => this.#complain(id, reason, detail));
    multiplayer.multiplayerPeer = this.#peer;
    this.#loop = new GameLoop(() => this.#step());
  }

  get port(): number {
    return this.#site.port;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#site.close();
  }

  #stop(): void {
    this.#loop.stop();
    this.#peer.close();
  }

  /** A game's connection, on the port that the page is on, too. */
  #take(upgrade: HttpUpgrade): void {
    const socket = new WebSocketPeer({ ...limits, autoPoll: false });
    socket.acceptStream(upgrade);
    this.#peer.acceptPeer(socket);
  }

  // ---- coming and going ----

  #join(id: number, wantedName: string): void {
    if (this.match.fighters.has(id)) return;
    const name = cleanName(wantedName) || `Player ${this.match.fighters.size + 1}`;
    const fighter = this.match.add(id, name);
    if (fighter === undefined) {
      this.#arena.rpcId(id).announce("The arena is full");
      return;
    }
    const node = this.#arena.playerSpawner.instantiate(0) as Player;
    node.name = String(id);
    node.title = name;
    node.color = fighter.color;
    showFighter(fighter, node);
    this.#arena.getNode("Players").addChild(node);
    this.#announce(`${name} joins`);
  }

  #left(id: number): void {
    this.#complaints.delete(id);
    const fighter = this.match.fighters.get(id);
    if (fighter === undefined) return;
    this.match.remove(id);
    this.#arena.player(id)?.free();
    this.#announce(`${fighter.name} leaves`);
  }

  // ---- the match, told to the nodes ----

  #tell(): void {
    const { match } = this;
    match.shotFired.connect((shot) => {
      const node = this.#arena.bulletSpawner.instantiate(0) as Bullet;
      node.name = `Bullet${shot.number}`;
      node.position = shot.position;
      node.velocity = shot.velocity;
      node.color = shot.owner.color;
      this.#bulletNodes.set(shot, node);
      this.#arena.getNode("Bullets").addChild(node);
    });
    match.shotGone.connect((shot) => {
      this.#bulletNodes.get(shot)?.free();
      this.#bulletNodes.delete(shot);
    });
    match.fighterDown.connect((fighter, by) => this.#announce(`${by.name} shoots ${fighter.name}`));
  }

  #step(): void {
    const { match } = this;
    for (const fighter of match.fighters.values()) {
      const inputs = this.#arena.player(fighter.id)?.inputs;
      if (inputs !== undefined) fighter.wishes = inputs;
    }
    match.step(stepSeconds);
    for (const fighter of match.fighters.values()) {
      const node = this.#arena.player(fighter.id);
      if (node !== undefined) showFighter(fighter, node);
    }
    // For those who come while it flies.
    for (const [shot, node] of this.#bulletNodes) node.position = shot.position;
    this.#tree.tick(stepSeconds);
  }

  /** Once: a cheater's program goes on and on. */
  #complain(id: number, reason: string, detail: string): void {
    const reasons = this.#complaints.get(id) ?? new Set();
    if (reasons.has(detail) || reasons.size >= mostComplaints) return;
    this.#complaints.set(id, reasons.add(detail));
    this.logged.emit(`${id}: ${reason}, ${detail}`);
  }

  #announce(text: string): void {
    this.logged.emit(text);
    this.#arena.rpc.announce(text);
  }
}

function showFighter({ position, aim, health, score }: Fighter, node: Player): void {
  node.syncedPosition = position;
  node.aim = aim;
  node.health = health;
  node.score = score;
}

/** One line of what can be seen. */
function cleanName(name: string): string {
  const visible = name.replace(/[\p{C}\s]+/gu, " ").trim();
  return [...visible].slice(0, longestName).join("");
}

/** The scenes, which the page loads as the server does. */
function sendProjectFile(request: IncomingMessage, response: ServerResponse): boolean {
  const [, file] = projectFile.exec(request.url ?? "") ?? [];
  if (file === undefined || request.method !== "GET") return false;
  readFile(`${projectFolder}/${file}`).then(
    (content) => response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(content),
    () => response.writeHead(404).end(),
  );
  return true;
}
