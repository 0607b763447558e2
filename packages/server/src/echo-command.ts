// `godot-ws echo`: sends every message back, as a server or as a client. For conformance tools and for trying things.

import { parseArgs } from "node:util";
import { WebSocketPeer, type WebSocketPeerOptions } from "godot-ws";
import type { Command } from "./command.ts";
import { parsePort, UsageProblem } from "./command.ts";
import { EchoServer, echo, echoLimits } from "./echo-server.ts";
import { stopSignal } from "./stop-signal.ts";

export const echoCommand: Command = {
  name: "echo",
  summary: "send every message back, as a server or as a client",
  help: `Usage: godot-ws echo [--port N] [--host ADDRESS] [--deflate]
       godot-ws echo --connect URL [--protocol NAME] [--deflate]

Sends every message back, text as text and binary as binary.

Options:
  --port N         be a server on this port, 0 for any      (default 9001)
  --host ADDRESS   address to listen on                     (default: all)
  --connect URL    be a client of this server, until it closes the connection
  --protocol NAME  subprotocol to offer; may be repeated
  --deflate        compress every message, if the other end agrees (permessage-deflate)
  --help           show this help`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        connect: { type: "string" },
        protocol: { type: "string", multiple: true },
        deflate: { type: "boolean", default: false },
      },
    });
    // From the first octet on: this is for trying and testing.
    const options: WebSocketPeerOptions = { perMessageDeflate: values.deflate && { threshold: 0 } };
    if (values.connect === undefined) {
      if (values.protocol !== undefined) throw new UsageProblem("--protocol needs --connect");
      return serve(parsePort(values.port ?? "9001"), values.host, options);
    }
    if (values.port !== undefined) throw new UsageProblem("--port and --connect do not go together");
    if (values.host !== undefined) throw new UsageProblem("--host and --connect do not go together");
    await echoAsClient(values.connect, { ...options, supportedProtocols: values.protocol ?? [] });
  },
};

async function serve(port: number, host: string | undefined, options: WebSocketPeerOptions): Promise<void> {
  const stop = stopSignal();
  const server = await EchoServer.listen(port, host, options);
  console.log(`echoing on ws://localhost:${server.port}/`);
  console.log(`${await stop}: closing`);
  await server.close();
}

async function echoAsClient(url: string, options: WebSocketPeerOptions): Promise<void> {
  const peer = new WebSocketPeer({ ...echoLimits, ...options });
  const closed = peer.closed.next();
  let isStopped = false;
  const stopped = stopSignal().then(() => {
    isStopped = true;
    peer.close(1001);
  });
  try {
    await connect(peer, url);
  } catch (error) {
    if (isStopped) return;
    throw error;
  }
  void echo(peer);
  console.log(`connected to ${peer.requestedUrl}`);
  const [code, reason] = await Promise.race([closed, stopped.then(() => closed)]);
  console.log(`closed with ${code}${reason === "" ? "" : `: ${reason}`}`);
}

function connect(peer: WebSocketPeer, url: string): Promise<void> {
  try {
    return peer.connectToUrl(url);
  } catch (error) {
    throw new UsageProblem((error as Error).message, { cause: error });
  }
}
