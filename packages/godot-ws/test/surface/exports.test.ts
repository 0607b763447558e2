// The public names, as a list that is looked at when it changes: `godot-ws` is used by programs that we do not see.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as library from "../../src/index.ts";

const values = [
  "AddressSet",
  "ConnectError",
  "DataError",
  "GodotWsError",
  "LimitError",
  "MultiplayerPeer",
  "Packet",
  "SceneMultiplayer",
  "Signal",
  "TLSOptions",
  "TlsIdentities",
  "UsageError",
  "WebSocketClient",
  "WebSocketMultiplayerPeer",
  "WebSocketPeer",
  "WebSocketServer",
  "allowOrigins",
  "chooseProtocol",
  "clientAddress",
  "closeCodes",
  "createEnvironment",
  "createMemoryPair",
  "requireAll",
  "sameOrigin",
];

const types = [
  "Acceptance",
  "ByteStream",
  "ByteStreamEvents",
  "ClientAddressOptions",
  "Clock",
  "CodecFactory",
  "ConnectOptions",
  "ConnectToUrlOptions",
  "ConnectionStatus",
  "CreateServerOptions",
  "Decompressed",
  "DeflateDirection",
  "Environment",
  "ErrorCode",
  "Failure",
  "HttpHeaders",
  "InboundOverflow",
  "MemoryPairOptions",
  "MessageCodec",
  "OriginOptions",
  "OutboundOverflow",
  "PacketFault",
  "Pem",
  "PerMessageDeflateOptions",
  "PreparedFrame",
  "Random",
  "ReadyState",
  "Refusal",
  "RequestHandler",
  "SceneMultiplayerOptions",
  "Slot",
  "SniIdentities",
  "TLSServerOptions",
  "Timer",
  "TlsIdentity",
  "TlsServerSettings",
  "TransferMode",
  "UpgradeRequest",
  "Violation",
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
