// The public names, as a list that is looked at when it changes: `godot-ws` is used by programs that we do not see.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as library from "../../src/index.ts";

const values = [
  "AABB",
  "AddressSet",
  "Backoff",
  "Basis",
  "Color",
  "ConnectError",
  "DataError",
  "Float",
  "GodotArray",
  "GodotCallable",
  "GodotDictionary",
  "GodotObject",
  "GodotSignal",
  "GodotWsError",
  "Int",
  "Interpolation",
  "LimitError",
  "MemoryMultiplayerPeer",
  "MultiplayerAPI",
  "MultiplayerPeer",
  "MultiplayerSpawner",
  "MultiplayerSynchronizer",
  "Node",
  "NodePath",
  "OfflineMultiplayerPeer",
  "PackedColorArray",
  "PackedScene",
  "PackedStringArray",
  "PackedVector2Array",
  "PackedVector3Array",
  "PackedVector4Array",
  "Packet",
  "Plane",
  "Projection",
  "Quaternion",
  "RID",
  "ReconnectingWebSocketPeer",
  "Rect2",
  "Rect2i",
  "SceneMultiplayer",
  "SceneReplicationConfig",
  "SceneResource",
  "SceneTree",
  "Signal",
  "StringName",
  "TLSOptions",
  "TlsIdentities",
  "Transform2D",
  "Transform3D",
  "UsageError",
  "Vector2",
  "Vector2i",
  "Vector3",
  "Vector3i",
  "Vector4",
  "Vector4i",
  "Verbatim",
  "WebSocketClient",
  "WebSocketMultiplayerPeer",
  "WebSocketPeer",
  "WebSocketServer",
  "allowOrigins",
  "bytesToVar",
  "chooseProtocol",
  "clientAddress",
  "closeCodes",
  "createEnvironment",
  "createMemoryPair",
  "decodeArguments",
  "defineRpc",
  "encodeArguments",
  "float",
  "godotVersions",
  "int",
  "latestVersion",
  "loadScene",
  "parseSceneFile",
  "replicate",
  "requireAll",
  "rpc",
  "sameOrigin",
  "strToVar",
  "sync",
  "takeUpgrades",
  "typeOf",
  "varToBytes",
  "varToStr",
];

const types = [
  "Acceptance",
  "AddPropertyOptions",
  "AnnouncePeer",
  "AuthCallback",
  "BackoffOptions",
  "ByteStream",
  "ByteStreamEvents",
  "ChecksumMismatch",
  "ClientAddressOptions",
  "Clock",
  "CodecFactory",
  "Components",
  "ConnectOptions",
  "ConnectToUrlOptions",
  "ConnectionEnd",
  "ConnectionStatus",
  "CreateServerOptions",
  "DecodeOptions",
  "DecodedArguments",
  "Decompressed",
  "DeflateDirection",
  "ElementType",
  "ElementTypeLike",
  "EncodeOptions",
  "Environment",
  "ErrorCode",
  "Failure",
  "GodotVersion",
  "HttpHeaders",
  "HttpUpgrade",
  "InboundOverflow",
  "InterpolationOptions",
  "Lerp",
  "LoadSceneOptions",
  "MemoryPairOptions",
  "MemoryServerOptions",
  "MessageCodec",
  "NodeClass",
  "NodeDescription",
  "NodeMaking",
  "NodePathLike",
  "NodeRpcConfig",
  "NodeTree",
  "OriginOptions",
  "OutboundOverflow",
  "PackedVariant",
  "PacketFault",
  "Pem",
  "PerMessageDeflateOptions",
  "PlatformSupport",
  "PreparedFrame",
  "Random",
  "ReadyState",
  "ReconnectingWebSocketPeerOptions",
  "Refusal",
  "ReplicationFailReason",
  "ReplicationFailure",
  "ReplicationMode",
  "ReplicationOptions",
  "ReplicationRejectReason",
  "ReplicationRejection",
  "RequestHandler",
  "ResourceKind",
  "RpcCall",
  "RpcCalls",
  "RpcFailure",
  "RpcMode",
  "RpcOptions",
  "RpcRateLimit",
  "RpcRejectReason",
  "RpcRejection",
  "SceneConnection",
  "SceneFactory",
  "SceneFile",
  "SceneFileOptions",
  "SceneMultiplayerOptions",
  "SceneNode",
  "SceneTreeOptions",
  "SessionVersion",
  "Slot",
  "SniIdentities",
  "SpawnFunction",
  "SpawnerDescription",
  "StrToVarOptions",
  "SyncDeclaration",
  "SynchronizerDescription",
  "TLSServerOptions",
  "Timer",
  "TlsIdentity",
  "TlsServerSettings",
  "TransferMode",
  "TypeName",
  "UpgradeRequest",
  "VarToStrOptions",
  "Variant",
  "VariantOptions",
  "VariantRecord",
  "Violation",
  "VisibilityFilter",
  "WebSocketClientConnectOptions",
  "WebSocketClientOptions",
  "WebSocketLimits",
  "WebSocketMultiplayerPeerOptions",
  "WebSocketPeerOptions",
  "WebSocketServerAcceptOptions",
  "WebSocketServerListenOptions",
  "WebSocketServerOptions",
  "WriteMode",
];

const source = readFileSync(new URL("../../src/index.ts", import.meta.url), "utf8");

/** What index.ts exports as types: `export type { A, B }`, and `type A` among others. */
function exportedTypes(): string[] {
  const names: string[] = [];
  for (const [, type, list] of source.matchAll(/^export (type )?\{([^}]*)\} from/gm)) {
    for (const entry of list!.split(",").map((part) => part.trim())) {
      if (type !== undefined && entry !== "") names.push(entry);
      else if (entry.startsWith("type ")) names.push(entry.slice(5));
    }
  }
  return names.sort();
}

test("the values are these", () => {
  expect(Object.keys(library).sort()).toEqual(values);
});

test("the types are these", () => {
  expect(exportedTypes()).toEqual(types);
});

test("nothing is exported wholesale", () => {
  expect(source).not.toMatch(/export \*|export default/);
});

/** Each exported name with the file that it is from. */
function exportedNames(): [name: string, file: string][] {
  const names: [string, string][] = [];
  for (const [, list, file] of source.matchAll(/^export (?:type )?\{([^}]*)\} from "(.*)"/gm)) {
    const path = file!.replace("#platform", "./transport/node-http.ts");
    for (const entry of list!.split(",").map((part) => part.trim()))
      if (entry !== "") names.push([entry.replace(/^type /, ""), path]);
  }
  return names;
}

test("every name says what it is", () => {
  const silent = exportedNames().filter(([name, file]) => {
    const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
    const kinds = "class|const|function|interface|type";
    return !new RegExp(`\\*/\nexport (?:abstract |async )?(?:${kinds}) ${name}\\b`).test(text);
  });
  expect(silent).toEqual([]);
});
