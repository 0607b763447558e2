// The server of the minimal example: greets each client, and sends back whatever comes.
// `node examples/minimal/server.js [PORT]`, 9080 unless told otherwise; 0 for any that is free.

import { WebSocketPeer, WebSocketServer } from "godot-ws";

const { TEXT, BINARY } = WebSocketPeer.WriteMode;
const server = new WebSocketServer();

server.clientConnected.connect((id, protocol) => {
  console.log(`Client ${id} connected with protocol: ${protocol}`);
  server.getPeer(id)?.sendText(`Welcome, client ${id}`);
});

server.dataReceived.connect((id, packet) => {
  console.log(`Got data from client ${id}: ${packet.text ?? `${packet.bytes.length} bytes`} ... echoing`);
  // The client may be gone by now, hence the question mark. Text goes back as text, bytes as bytes.
  server.getPeer(id)?.send(packet.bytes, packet.isText ? TEXT : BINARY);
});

server.clientCloseRequest.connect((id, code, reason) => {
  console.log(`Client ${id} is closing with code: ${code}, reason: ${reason}`);
});

server.clientDisconnected.connect((id, wasClean) => {
  console.log(`Client ${id} disconnected, clean: ${wasClean}`);
});

await server.listen(Number(process.argv[2] ?? process.env.PORT ?? 9080));
console.log(`Listening on ws://localhost:${server.port}`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.stop());
