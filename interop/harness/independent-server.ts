/** A WebSocket server that is not ours: it speaks `chat`, and refuses the path /refused. */

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export interface IndependentServer {
  /** Without a path. */
  readonly url: string;
  close(): void;
}

export async function startIndependentServer(
  onConnection: (socket: WebSocket, path: string | undefined) => void,
): Promise<IndependentServer> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => (offered.has("chat") ? "chat" : false),
    verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== "/refused",
  });
  server.on("connection", (socket, { url }) => onConnection(socket, url));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, close: () => server.close() };
}
