// What a client is told when its connection did not come to be.

import { ConnectError } from "../errors.ts";
import type { Failure } from "../protocol/protocol.ts";

export function connectError(url: string, failure: Failure | undefined): ConnectError {
  const reason = failure?.reason ?? "the connection was closed during the handshake";
  const wasCut = failure === undefined || reason.includes("ECONNRESET");
  // Many a TLS server just hangs up on whoever does not begin with TLS.
  const hint = wasCut && url.startsWith("ws:") ? " (perhaps the server speaks TLS: wss://)" : "";
  return new ConnectError("ERR_CANT_CONNECT", `cannot connect to ${url}: ${reason}${hint}`, {
    status: failure?.status,
  });
}
