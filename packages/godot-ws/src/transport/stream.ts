// The seam for sockets: whatever carries bytes in order, both ways. Knows nothing of WebSocket.

/** What a `ByteStream` tells whoever has attached to it. */
export interface ByteStreamEvents {
  /** `chunk` is the receiver's to keep and to change. */
  onData(chunk: Uint8Array): void;
  /** The far side has ended its direction. */
  onEnd(): void;
  /** All that was written has been taken by the system. */
  onDrain(): void;
  /** Both directions are gone; nothing follows. `error` says why when it was not in order. */
  onClose(error: Error | undefined): void;
}

/** A connection that carries octets in order, both ways: a socket, or something of your own. */
export interface ByteStream {
  /** Starts delivery; called once. Nothing is delivered before this call has returned. */
  attach(events: ByteStreamEvents): void;
  /** Queues `chunk`, which must not change until `pendingBytes` is 0. */
  write(chunk: Uint8Array): void;
  /** Ends our direction once all is written. */
  end(): void;
  /** Drops everything at once. */
  destroy(): void;
  /** Stops delivering data, so that the far side feels it. */
  pause(): void;
  /** Delivers again. */
  resume(): void;
  /** TCP_NODELAY, where there is such a thing. */
  setNoDelay(enabled: boolean): void;
  /** Octets written that the system has not taken yet. */
  readonly pendingBytes: number;
  /** IP address, or empty where there is none. */
  readonly remoteAddress: string;
  /** 0 where there is none. */
  readonly remotePort: number;
  /** True below TLS. */
  readonly isEncrypted: boolean;
}
