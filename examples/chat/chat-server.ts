// A chat with rooms. A message is a text; the path of the URL names the room, so that the clients of Godot's demo, which
// know of no rooms, are in the room "test". Who asks by plain HTTP gets the page. Knows nothing of the command line.

import { Site } from "example-site";
import {
  type Acceptance,
  chooseProtocol,
  type Refusal,
  requireAll,
  Signal,
  type UpgradeRequest,
  WebSocketServer,
} from "godot-ws";
import { protocol } from "./protocol.ts";

export interface ChatServerOptions {
  /** Default: all addresses. */
  bindAddress?: string;
  /** Rooms with somebody in them, at most. Default 100. */
  maxRooms?: number;
}

interface Member {
  readonly id: number;
  /** What the others see in the brackets: the id, until it takes a name. */
  name: string;
  room: string;
}

const longestMessage = 4096;
const roomPattern = /^[\w-]{1,32}$/;
const namePattern = /^[\p{L}\p{N}_-]{1,32}$/u;
const mostListed = 100;
const help = "/name NAME, /join ROOM, /who, /rooms";

export class ChatServer {
  /** What happens, for a log. */
  readonly logged = new Signal<[line: string]>();

  readonly #server = new WebSocketServer({
    inboundBufferSize: longestMessage,
    maxMessagesPerSecond: 20,
    inboundOverflow: "pause",
    heartbeatInterval: 20,
    toleratedSilence: 1,
  });
  readonly #members = new Map<number, Member>();
  readonly #maxRooms: number;
  #site!: Site;

  /** Listens on `port`, 0 for any. Rejects with Node's own error when it cannot be had. */
  static async listen(port: number, options: ChatServerOptions = {}): Promise<ChatServer> {
    const chat = new ChatServer(options);
    const { bindAddress = "*" } = options;
    const answer = requireAll(chooseProtocol([protocol]), chat.#answer);
    chat.#site = await Site.listen({
      example: "chat",
      port,
      bindAddress,
      onUpgrade: (upgrade) => chat.#server.acceptStream(upgrade, { answer }),
    });
    return chat;
  }

  private constructor({ maxRooms = 100 }: ChatServerOptions) {
    this.#maxRooms = maxRooms;
    this.#server.maxClients = 1000;
    this.#server.clientConnected.connect((id) => this.#connected(id));
    this.#server.dataReceived.connect((id, packet) => this.#received(id, packet.text));
    this.#server.clientDisconnected.connect((id) => this.#disconnected(id));
  }

  get port(): number {
    return this.#site.port;
  }

  /** Those with somebody in them, and how many that are. */
  get rooms(): Map<string, number> {
    const rooms = new Map<string, number>();
    for (const { room } of this.#members.values()) rooms.set(room, (rooms.get(room) ?? 0) + 1);
    return rooms;
  }

  /** Says something to everybody, in every room. */
  announce(text: string): void {
    this.#server.broadcast(`Server says: ${text}`);
  }

  async close(): Promise<void> {
    await Promise.all([this.#site.close(), this.#server.stop()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #answer = ({ path }: UpgradeRequest): Acceptance | Refusal => {
    const room = roomOf(path);
    if (room === undefined) return { status: 404, reason: "a room is one word: ws://host/ROOM/" };
    if (!this.#isOpen(room)) return { status: 503, reason: "there are too many rooms" };
    return {};
  };

  #isOpen(room: string): boolean {
    const { rooms } = this;
    return rooms.has(room) || rooms.size < this.#maxRooms;
  }

  // ---- coming and going ----

  #connected(id: number): void {
    const room = roomOf(this.#server.getPeer(id)?.request?.path ?? "") ?? "lobby";
    const member = { id, name: String(id), room };
    this.#members.set(id, member);
    this.#tellOthers(member, `[${member.name}] connected`);
  }

  #disconnected(id: number): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#tellOthers(member, `[${member.name}] disconnected`);
  }

  // ---- talking ----

  #received(id: number, text: string | undefined): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    if (text === undefined) return this.#tell(member, "Only texts are understood here");
    if (text.startsWith("/")) return this.#carryOut(member, text);
    this.#tellOthers(member, `[${member.name}] Says: ${text}`);
  }

  #carryOut(member: Member, text: string): void {
    const [command] = text.split(" ", 1);
    const argument = text.slice(command?.length).trim();
    if (command === "/name") this.#rename(member, argument);
    else if (command === "/join") this.#move(member, argument);
    else if (command === "/who") this.#tell(member, `Here are: ${listed(this.#namesIn(member.room))}`);
    else if (command === "/rooms") this.#tell(member, `Rooms: ${[...this.rooms.keys()].sort().join(", ")}`);
    else this.#tell(member, help);
  }

  #rename(member: Member, name: string): void {
    if (!namePattern.test(name)) return this.#tell(member, "A name is one word, of up to 32 letters");
    if (name === member.name) return this.#tell(member, `You are now [${name}]`);
    // Somebody's id is taken too: until they take a name, it is theirs.
    const isTaken = [...this.#members.values()].some(
      (other) => other.name === name || String(other.id) === name,
    );
    if (isTaken) return this.#tell(member, `${name} is taken`);
    this.#tellOthers(member, `[${member.name}] is now [${name}]`);
    member.name = name;
    this.#tell(member, `You are now [${name}]`);
  }

  #move(member: Member, room: string): void {
    if (!roomPattern.test(room)) return this.#tell(member, "A room is one word, of up to 32 letters");
    if (room === member.room) return this.#tell(member, `You are in ${room}`);
    if (!this.#isOpen(room)) return this.#tell(member, "There are too many rooms");
    this.#tellOthers(member, `[${member.name}] went to ${room}`);
    member.room = room;
    this.#tellOthers(member, `[${member.name}] connected`);
    this.#tell(member, `You are in ${room}, with ${this.#namesIn(room).length - 1} more`);
  }

  #namesIn(room: string): string[] {
    return [...this.#members.values()].filter((member) => member.room === room).map(({ name }) => name);
  }

  #tell(member: Member, text: string): void {
    this.#server.getPeer(member.id)?.sendText(text);
  }

  #tellOthers({ id, room }: Member, text: string): void {
    this.logged.emit(`${room}: ${text}`);
    for (const other of this.#members.values()) {
      if (other.room === room && other.id !== id) this.#tell(other, text);
    }
  }
}

/** A line that everybody can take, however many there are. */
function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(", ") + (more > 0 ? `, and ${more} more` : "");
}

/** `/` is the lobby; `/test/` is what Godot's demo asks for. */
function roomOf(path: string): string | undefined {
  const room = path === "/" ? "lobby" : path.replace(/^\/|\/$/g, "");
  return roomPattern.test(room) ? room : undefined;
}
