// What the package gives: Godot's networking classes, our signals and errors, and the seams to extend them by.

// Of a program that is compiled for less than that: the types of `await using`.
/// <reference lib="esnext.disposable" preserve="true" />

export { type HttpUpgrade, takeUpgrades } from "#platform";
export type { Clock, Timer } from "./clock.ts";
export { ConnectError, DataError, type ErrorCode, GodotWsError, LimitError, UsageError } from "./errors.ts";
export type { AuthCallback } from "./multiplayer/admission.ts";
export { Interpolation, type InterpolationOptions, type Lerp } from "./multiplayer/interpolation.ts";
export { MultiplayerAPI } from "./multiplayer/multiplayer-api.ts";
export type { PacketFault, SceneMultiplayerOptions } from "./multiplayer/multiplayer-options.ts";
export { MultiplayerSpawner } from "./multiplayer/multiplayer-spawner.ts";
export { MultiplayerSynchronizer } from "./multiplayer/multiplayer-synchronizer.ts";
export { Node, type NodePathLike, type NodeTree } from "./multiplayer/node.ts";
export type { ChecksumMismatch } from "./multiplayer/path-exchange.ts";
export type { AnnouncePeer } from "./multiplayer/relay.ts";
export {
  type AddPropertyOptions,
  type ReplicationMode,
  type ReplicationOptions,
  replicate,
  SceneReplicationConfig,
  type SyncDeclaration,
  sync,
} from "./multiplayer/replication-config.ts";
export type {
  ReplicationFailReason,
  ReplicationFailure,
  ReplicationRejection,
  ReplicationRejectReason,
} from "./multiplayer/replication-port.ts";
export type { RpcCall, RpcCalls } from "./multiplayer/rpc-calls.ts";
export {
  defineRpc,
  type NodeRpcConfig,
  type RpcMode,
  type RpcOptions,
  type RpcRateLimit,
  rpc,
} from "./multiplayer/rpc-config.ts";
export type { RpcFailure, RpcRejection, RpcRejectReason } from "./multiplayer/rpc-receiver.ts";
export { SceneMultiplayer } from "./multiplayer/scene-multiplayer.ts";
export { SceneTree, type SceneTreeOptions } from "./multiplayer/scene-tree.ts";
export type { SessionVersion } from "./multiplayer/session-dialect.ts";
export type { SceneFactory, SpawnFunction } from "./multiplayer/spawner.ts";
export type { VisibilityFilter } from "./multiplayer/synchronizer.ts";
export { Backoff, type BackoffOptions } from "./peer/backoff.ts";
export { type ClientAddressOptions, clientAddress } from "./peer/client-address.ts";
export { MemoryMultiplayerPeer, type MemoryServerOptions } from "./peer/memory-multiplayer-peer.ts";
export { type ConnectionStatus, MultiplayerPeer, type TransferMode } from "./peer/multiplayer-peer.ts";
export { OfflineMultiplayerPeer } from "./peer/offline-multiplayer-peer.ts";
export { Packet } from "./peer/packet-queue.ts";
export {
  type ConnectionEnd,
  ReconnectingWebSocketPeer,
  type ReconnectingWebSocketPeerOptions,
} from "./peer/reconnecting-websocket-peer.ts";
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
export { type LoadSceneOptions, loadScene } from "./scene/load-scene.ts";
export type { NodeDescription } from "./scene/node-description.ts";
export {
  type NodeClass,
  type NodeMaking,
  PackedScene,
  type SpawnerDescription,
  type SynchronizerDescription,
} from "./scene/packed-scene.ts";
export {
  parseSceneFile,
  type SceneConnection,
  type SceneFile,
  type SceneFileOptions,
  type SceneNode,
} from "./scene/scene-file.ts";
export { SceneResource } from "./scene/scene-resource.ts";
export { type ConnectOptions, Signal, type Slot } from "./signal.ts";
export type { PlatformSupport } from "./transport/connection.ts";
export { createEnvironment, type Environment, type Random } from "./transport/environment.ts";
export { createMemoryPair, type MemoryPairOptions } from "./transport/memory.ts";
export type { ByteStream, ByteStreamEvents } from "./transport/stream.ts";
export { TlsIdentities } from "./transport/tls-identities.ts";
export type { Pem, TlsIdentity, TlsServerSettings } from "./transport/tls-settings.ts";
export type { DecodeOptions, EncodeOptions, VariantOptions } from "./variant/codec-options.ts";
export { Color } from "./variant/color.ts";
export { type DecodedArguments, decodeArguments, encodeArguments } from "./variant/compact.ts";
export { bytesToVar } from "./variant/decode.ts";
export { type GodotVersion, godotVersions, latestVersion } from "./variant/dialect.ts";
export { GodotDictionary } from "./variant/dictionary.ts";
export type { ElementType, ElementTypeLike, TypeName } from "./variant/element-type.ts";
export { varToBytes } from "./variant/encode.ts";
export { Basis, Projection, Quaternion, Transform2D, Transform3D } from "./variant/matrices.ts";
export { NodePath } from "./variant/node-path.ts";
export { Float, float, Int, int } from "./variant/numbers.ts";
export {
  type Components,
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
} from "./variant/packed.ts";
export { AABB, Plane, Rect2, Rect2i } from "./variant/rects.ts";
export { GodotCallable, GodotObject, GodotSignal, RID, StringName } from "./variant/references.ts";
export { type ResourceKind, type StrToVarOptions, strToVar } from "./variant/str-to-var.ts";
export { GodotArray } from "./variant/typed-array.ts";
export { type VarToStrOptions, varToStr } from "./variant/var-to-str.ts";
export { type PackedVariant, typeOf, type Variant, type VariantRecord } from "./variant/variant.ts";
export { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "./variant/vectors.ts";
export { Verbatim } from "./variant/verbatim.ts";
