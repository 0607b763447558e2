// Pushes notifications to all pages that are connected, and keeps the last ones for those that are not. Who comes back
// says what it has seen, and gets the rest. Knows nothing of the command line.

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Site } from "example-site";
import { chooseProtocol, Signal, WebSocketServer } from "godot-ws";
import {
  type Kind,
  kinds,
  type Notification,
  type PushMessage,
  protocol,
  type Since,
  aliveIntervalMs as usualAliveIntervalMs,
} from "./notification.ts";

export interface PushServerOptions {
  /** Default: all addresses. */
  bindAddress?: string;
  /** Notifications kept for pages that come back. Default 1000. */
  kept?: number;
  /** What `POST /push` has to bring as `Authorization: Bearer …`. Default: it has to come from this machine. */
  key?: string | undefined;
  /** Milliseconds between signs of life. Default 20,000. */
  aliveIntervalMs?: number;
  /** What was kept before, for a server that goes on where another one ended. */
  history?: PushHistory;
}

/** What a server has to write down to go on after it was ended: its notifications, and what their numbers belong to. */
export interface PushHistory {
  readonly series: string;
  readonly notifications: readonly Notification[];
}

const longestText = 500;
const longestRequest = 4096;

export class PushServer {
  /** What happens, for a log. */
  readonly logged = new Signal<[line: string]>();
  /** Before anybody is told of it: the place to write it down. */
  readonly pushed = new Signal<[notification: Notification]>();

  readonly #server = new WebSocketServer({
    inboundBufferSize: 1024,
    maxMessagesPerSecond: 5,
    // A page that does not read is closed with 1008 before it misses one, and asks for the rest when it is back.
    outboundBufferSize: 1024 * 1024,
    heartbeatInterval: 20,
    toleratedSilence: 1,
  });
  /** Clients that have said what they have seen: the others get nothing yet. */
  readonly #listening = new Set<number>();
  readonly #kept: number;
  readonly #key: string | undefined;
  readonly #series: string;
  readonly #notifications: Notification[];
  #site!: Site;
  #aliveTimer: NodeJS.Timeout | undefined;

  /** Listens on `port`, 0 for any. Rejects with Node's own error when it cannot be had. */
  static async listen(port: number, options: PushServerOptions = {}): Promise<PushServer> {
    const push = new PushServer(options);
    const { bindAddress = "*", aliveIntervalMs = usualAliveIntervalMs } = options;
    push.#site = await Site.listen({
      example: "push",
      port,
      bindAddress,
      onUpgrade: (upgrade) => push.#server.acceptStream(upgrade, { answer: chooseProtocol([protocol]) }),
      onRequest: (request, response) => push.#answer(request, response),
    });
    push.#aliveTimer = setInterval(() => push.#tellAll({ alive: true }), aliveIntervalMs);
    return push;
  }

  private constructor({ kept = 1000, key, history }: PushServerOptions) {
    this.#kept = kept;
    this.#key = key;
    this.#series = history?.series ?? crypto.randomUUID();
    this.#notifications = [...(history?.notifications ?? [])];
    this.#server.dataReceived.connect((id, packet) => this.#heard(id, packet.text));
    this.#server.clientDisconnected.connect((id) => {
      if (this.#listening.delete(id)) this.#logListeners();
    });
  }

  get port(): number {
    return this.#site.port;
  }

  get history(): PushHistory {
    return { series: this.#series, notifications: [...this.#notifications] };
  }

  /** Tells all pages, at once or when they are back. Long texts are cut. */
  push(kind: Kind, title: string, text = ""): Notification {
    const notification: Notification = {
      sequence: this.#next,
      kind,
      title: title.slice(0, longestText),
      text: text.slice(0, longestText),
      at: Date.now(),
    };
    this.#notifications.push(notification);
    if (this.#notifications.length > this.#kept) this.#notifications.shift();
    this.pushed.emit(notification);
    this.logged.emit(`${notification.sequence}: ${kind}, ${notification.title}`);
    this.#tellAll({ notification });
    return notification;
  }

  async close(): Promise<void> {
    clearInterval(this.#aliveTimer);
    await Promise.all([this.#site.close(), this.#server.stop()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The number of the next one. */
  get #next(): number {
    return (this.#notifications.at(-1)?.sequence ?? 0) + 1;
  }

  // ---- pages ----

  #heard(id: number, text: string | undefined): void {
    const since = readSince(text);
    if (since === undefined || this.#listening.has(id)) {
      this.#server.disconnectPeer(id, 1008, "what was seen is said once");
      return;
    }
    const seen = since.series === this.#series ? Math.min(since.seen, this.#next - 1) : 0;
    const unseen = this.#notifications.filter(({ sequence }) => sequence > seen);
    const first = unseen[0]?.sequence ?? this.#next;
    // A page that was never here has lost nothing.
    const lost = since.series === this.#series ? first - seen - 1 : 0;
    this.#send(id, { welcome: { series: this.#series, first, lost } });
    for (const notification of unseen) this.#send(id, { notification });
    this.#listening.add(id);
    this.#logListeners();
  }

  #logListeners(): void {
    const { size } = this.#listening;
    this.logged.emit(size === 1 ? "1 page listens" : `${size} pages listen`);
  }

  #tellAll(message: PushMessage): void {
    for (const id of this.#listening) this.#send(id, message);
  }

  #send(id: number, message: PushMessage): void {
    this.#server.getPeer(id)?.sendText(JSON.stringify(message));
  }

  // ---- POST /push ----

  #answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== "POST" || request.url !== "/push") return false;
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { "Content-Type": "application/json", Connection: "close" });
      response.end(`${JSON.stringify({ error: refusal.error })}\n`);
      return true;
    }
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      if (body.length <= longestRequest) body += chunk;
    });
    request.on("end", () => {
      const order = body.length <= longestRequest ? readOrder(body) : undefined;
      const answer =
        order === undefined
          ? { error: `wanted: {"title": "…", "text": "…", "kind": "${kinds.join('" or "')}"}` }
          : this.push(order.kind, order.title, order.text);
      response.writeHead(order === undefined ? 400 : 201, { "Content-Type": "application/json" });
      response.end(`${JSON.stringify(answer)}\n`);
    });
    return true;
  }

  /** Why somebody may not push, before anything of the order is read. */
  #refusalOf({ headers, socket }: IncomingMessage): { status: number; error: string } | undefined {
    // Another site's page can send a form from a browser here, but not this type, unless we allowed it.
    if (!/^application\/json\b/i.test(headers["content-type"] ?? ""))
      return { status: 415, error: "wanted: Content-Type: application/json" };
    if (this.#key !== undefined) {
      const isRight = equal(headers.authorization ?? "", `Bearer ${this.#key}`);
      return isRight ? undefined : { status: 401, error: "wanted: Authorization: Bearer and the key" };
    }
    // A page of another site may have had its name point to this machine since: then the request is from here, but the
    // browser still says that name.
    const isHere = hereAddress.test(socket.remoteAddress ?? "") && hereHost.test(headers.host ?? "");
    return isHere ? undefined : { status: 403, error: "without a key only this machine may push" };
  }
}

const hereAddress = /^(?:::ffff:)?127\.|^::1$/;
const hereHost = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i;

/** In the same time wherever they differ. */
function equal(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readSince(text: string | undefined): Since | undefined {
  const { series, seen } = readObject(text ?? "");
  if (typeof series !== "string" || !Number.isSafeInteger(seen) || (seen as number) < 0) return undefined;
  return { series, seen: seen as number };
}

function readOrder(body: string): { kind: Kind; title: string; text: string } | undefined {
  const { kind = "message", title, text = "" } = readObject(body);
  if (typeof title !== "string" || title === "" || typeof text !== "string") return undefined;
  if (!kinds.includes(kind as Kind)) return undefined;
  return { kind: kind as Kind, title, text };
}

/** Empty for what is none. */
function readObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
