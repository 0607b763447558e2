/** The peer under test, Godot's or ours: the same questions put to both, answered in the same words. */

export type Role = "client" | "server";

/** Godot's WebSocketPeer has two implementations. */
export type Platform = "native" | "web";

/** Godot's names for the properties; what only we have comes last. */
export interface Settings {
  supported_protocols?: string[];
  handshake_headers?: string[];
  inbound_buffer_size?: number;
  outbound_buffer_size?: number;
  max_queued_packets?: number;
  heartbeat_interval?: number;
  /** Does it fetch its packets after each poll? Default true. */
  fetches?: boolean;
  /** Is it polled all the time? Default true. */
  polls?: boolean;
  /** Ours only: their defaults are too long to wait for. */
  handshakeTimeoutMs?: number;
  closeTimeoutMs?: number;
}

export type State = "CONNECTING" | "OPEN" | "CLOSING" | "CLOSED";

export const states: readonly State[] = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

export interface Flood {
  /** Messages taken. */
  sent: number;
  /** Why there were no more; `OK` when the limit was reached. */
  result: string;
  /** Octets waiting afterwards. */
  waiting: number;
}

/**
 * One peer. Results of calls are words: `OK`, the name of an error, which Godot returns and we throw, or `false`.
 */
export interface Subject {
  /** The states it went through. */
  readonly history: State[];
  /** What it fetched: `"text"`, `<hex>`, or `n octets` for what is longer. */
  readonly packets: string[];
  set(settings: Settings): Promise<void>;
  connect(url: string, trusting?: boolean): Promise<string>;
  /** Waits for a connection, on the port that it returns. */
  listen(): Promise<number>;
  acceptNonsense(): Promise<string>;
  send(payload: Uint8Array | number, kind?: "text" | "binary"): Promise<string>;
  sendText(text: string): Promise<string>;
  putPacket(payload: Uint8Array | number): Promise<string>;
  putVar(value: null | string): Promise<string>;
  getPacket(): Promise<string>;
  close(code?: number, reason?: string): Promise<string>;
  flood(size: number, limit: number): Promise<Flood>;
  property(name: keyof Settings): Promise<unknown>;
  query(what: Query): Promise<string>;
  /** Comes back when everything that had arrived has had its effect. */
  sync(): Promise<void>;
  release(): Promise<void>;
}

export type Query =
  | "state"
  | "code"
  | "reason"
  | "protocol"
  | "url"
  | "count"
  | "waiting"
  | "host"
  | "wasText";

/** Where subjects come from. */
export interface Maker {
  make(role: Role, platform: Platform): Subject;
}

const longestShown = 48;

export function showPacket(isText: boolean, size: number, start: Uint8Array): string {
  if (size > longestShown) return `${size} octets`;
  return isText ? JSON.stringify(Buffer.from(start).toString()) : `<${Buffer.from(start).toString("hex")}>`;
}
