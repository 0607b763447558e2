// Godot 3's WebSocketClient: a WebSocketPeer as a client, told by signals. Knows nothing of how messages travel.

import { environment } from "#platform";
import type { Clock } from "../clock.ts";
import { type ConnectError, UsageError } from "../errors.ts";
import { Signal } from "../signal.ts";
import { connectError } from "./connect-error.ts";
import { OwnedPeer, type PeerOwner } from "./owned-peer.ts";
import type { Packet } from "./packet-queue.ts";
import type { ConnectToUrlOptions, WebSocketPeerOptions } from "./websocket-options.ts";
import type { WebSocketPeer } from "./websocket-peer.ts";

/** Those of `WebSocketPeer`, without what `connectToUrl` is told. */
export type WebSocketClientOptions = Omit<WebSocketPeerOptions, "supportedProtocols" | "handshakeHeaders">;

/** Options of `WebSocketClient.connectToUrl`. */
export interface WebSocketClientConnectOptions extends ConnectToUrlOptions {
  /** Subprotocols offered. Default: none. */
  protocols?: readonly string[];
  /** Additional `"Name: value"` lines of the request. Default: none. */
  headers?: readonly string[];
}

/**
 * A client by signals. Each `connectToUrl` is followed by one `connectionError`, or by one `connectionEstablished` and
 * one `connectionClosed`. Event style: nothing else to do. Game-loop style (`autoPoll: false`): call `poll()` each frame;
 * signals come from there. Godot 3: WebSocketClient.
 */
export class WebSocketClient implements AsyncDisposable {
  /** Connected; `protocol` is the agreed subprotocol, or empty. Godot 3: WebSocketClient.connection_established. */
  readonly connectionEstablished = new Signal<[protocol: string]>();
  /**
   * The attempt failed or was given up. The error has the HTTP status if the server answered one.
   * Godot 3: WebSocketClient.connection_error.
   */
  readonly connectionError = new Signal<[error: ConnectError]>();
  /**
   * The connection is gone. `wasClean`: each side got the other's close frame; code and reason are the `closeCode` and
   * `closeReason` of `getPeer()`. Godot 3: WebSocketClient.connection_closed.
   */
  readonly connectionClosed = new Signal<[wasClean: boolean]>();
  /**
   * A packet arrived. While no slot is connected, packets wait in `getPeer()`, within its limits.
   * Godot 3: WebSocketClient.data_received.
   */
  readonly dataReceived = new Signal<[packet: Packet]>();
  /**
   * The server began to close; the code is 1005 when it gave none. `connectionClosed` follows.
   * Godot 3: WebSocketClient.server_close_request.
   */
  readonly serverCloseRequest = new Signal<[code: number, reason: string]>();

  readonly #peer: OwnedPeer;
  readonly #clock: Clock;
  readonly #autoPoll: boolean;
  #state: "idle" | "connecting" | "connected" = "idle";

  constructor(options: WebSocketClientOptions = {}) {
    this.#clock = (options.environment ?? environment).clock;
    this.#autoPoll = options.autoPoll ?? true;
    this.#peer = new OwnedPeer(this.#owner, options);
  }

  /**
   * Calls a server. The promise settles with the handshake; whoever uses the signals may ignore it. It rejects with
   * ConnectError, or with the reason of `signal`. Throws UsageError at once while an earlier connection has not ended,
   * and for a malformed URL, header, subprotocol or certificate. Godot 3: WebSocketClient.connect_to_url.
   */
  connectToUrl(
    url: string,
    { protocols = [], headers = [], ...options }: WebSocketClientConnectOptions = {},
  ): Promise<void> {
    if (this.#state !== "idle") {
      throw new UsageError(
        "ERR_ALREADY_IN_USE",
        `this client is ${this.#state}: wait for its end, or use another`,
      );
    }
    this.#peer.supportedProtocols = protocols;
    this.#peer.handshakeHeaders = headers;
    this.#state = "connecting";
    try {
      return this.#peer.connectToUrl(url, options);
    } catch (error) {
      this.#state = "idle";
      throw error;
    }
  }

  /**
   * Starts the closing handshake, or gives the attempt up; `connectionClosed` or `connectionError` follows. A negative
   * code drops the connection at once. Throws UsageError for a code that may not be sent and for a reason over 123
   * octets. Godot 3: WebSocketClient.disconnect_from_host.
   */
  disconnectFromHost(code = 1000, reason = ""): void {
    this.#peer.close(code, reason);
  }

  /**
   * The connection, to send by and to read what has no signal; one object for the client's whole life. Throws UsageError
   * for any id but the server's, 1. Godot 3: WebSocketMultiplayerPeer.get_peer.
   */
  getPeer(id = 1): WebSocketPeer {
    if (id !== 1) throw new UsageError("ERR_INVALID_PARAMETER", `a client has only peer 1, not ${id}`);
    return this.#peer;
  }

  /** The server's IP address, empty before there was a connection. Godot 3: WebSocketClient.get_connected_host. */
  get connectedHost(): string {
    return this.#peer.connectedHost;
  }

  /** The server's port, 0 before there was a connection. Godot 3: WebSocketClient.get_connected_port. */
  get connectedPort(): number {
    return this.#peer.connectedPort;
  }

  /** Emits the signals that are due; in event style it calls itself. Godot 3: NetworkedMultiplayerPeer.poll. */
  poll(): void {
    this.#peer.poll();
  }

  /** Closes with 1001 and waits until that is done; in game-loop style too it needs no `poll()` for that. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer[Symbol.asyncDispose]();
  }

  readonly #owner: PeerOwner = {
    onOpened: (peer) => {
      this.#state = "connected";
      this.connectionEstablished.emit(peer.selectedProtocol);
      // Whoever awaited the connection connects to `dataReceived` only now, and packets may have come with the answer.
      if (this.#autoPoll) this.#clock.endOfTurn(() => peer.poll());
    },
    takesPackets: () => this.dataReceived.hasConnections,
    onPacket: (_, packet) => this.dataReceived.emit(packet),
    onCloseRequest: (_, code, reason) => this.serverCloseRequest.emit(code, reason),
    onClosed: (peer, wasClean) => {
      const wasConnected = this.#state === "connected";
      this.#state = "idle";
      if (wasConnected) this.connectionClosed.emit(wasClean);
      else this.connectionError.emit(connectError(peer.requestedUrl, peer.failure));
    },
  };
}
