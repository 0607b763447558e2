// What the package gives: Godot's networking classes, our signals and errors, and the seams to extend them by.

export type { Clock, Timer } from "./clock.ts";
export { ConnectError, DataError, type ErrorCode, GodotWsError, LimitError, UsageError } from "./errors.ts";
export {
  type PacketFault,
  SceneMultiplayer,
  type SceneMultiplayerOptions,
} from "./multiplayer/scene-multiplayer.ts";
export { type ClientAddressOptions, clientAddress } from "./peer/client-address.ts";
export { type ConnectionStatus, MultiplayerPeer, type TransferMode } from "./peer/multiplayer-peer.ts";
export { Packet } from "./peer/packet-queue.ts";
export {
  allowOrigins,
  chooseProtocol,
  type OriginOptions,
  requireAll,
  sameOrigin,
} from "./peer/request-handlers.ts";
export { type SniIdentities, TLSOptions, type TLSServerOptions } from "./peer/tls-options.ts";
export {
  WebSocketClient,
  type WebSocketClientConnectOptions,
  type WebSocketClientOptions,
} from "./peer/websocket-client.ts";
export {
  type CreateServerOptions,
  WebSocketMultiplayerPeer,
  type WebSocketMultiplayerPeerOptions,
} from "./peer/websocket-multiplayer-peer.ts";
export type {
  ConnectToUrlOptions,
  InboundOverflow,
  OutboundOverflow,
  RequestHandler,
  WebSocketLimits,
  WebSocketPeerOptions,
} from "./peer/websocket-options.ts";
export {
  type ReadyState,
  WebSocketPeer,
  type WriteMode,
} from "./peer/websocket-peer.ts";
export {
  WebSocketServer,
  type WebSocketServerAcceptOptions,
  type WebSocketServerListenOptions,
  type WebSocketServerOptions,
} from "./peer/websocket-server.ts";
export { closeCodes } from "./protocol/close.ts";
export type {
  CodecFactory,
  Decompressed,
  DeflateDirection,
  MessageCodec,
  PerMessageDeflateOptions,
} from "./protocol/deflate.ts";
export type { PreparedFrame } from "./protocol/frame-writer.ts";
export type { Acceptance, Refusal, UpgradeRequest } from "./protocol/handshake.ts";
export type { HttpHeaders } from "./protocol/http-head.ts";
export { AddressSet } from "./protocol/ip-address.ts";
export type { Failure } from "./protocol/protocol.ts";
export type { Violation } from "./protocol/violations.ts";
export { type ConnectOptions, Signal, type Slot } from "./signal.ts";
export { createEnvironment, type Environment, type Random } from "./transport/environment.ts";
export { createMemoryPair, type MemoryPairOptions } from "./transport/memory.ts";
export type { ByteStream, ByteStreamEvents } from "./transport/stream.ts";
export { TlsIdentities } from "./transport/tls-identities.ts";
export type { Pem, TlsIdentity, TlsServerSettings } from "./transport/tls-settings.ts";
