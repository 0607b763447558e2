// The client of the minimal example: sends one packet, prints what comes, and leaves when its packet is back.
// `node examples/minimal/client.js [URL]`, ws://localhost:9080 unless told otherwise.

import { WebSocketClient } from "godot-ws";

const client = new WebSocketClient();

client.connectionEstablished.connect((protocol) => {
  console.log(`Connected with protocol: ${protocol}`);
  client.getPeer(1).sendText("Test packet");
});

client.dataReceived.connect((packet) => {
  console.log(`Got data from server: ${packet.text}`);
  if (packet.text === "Test packet") client.disconnectFromHost(1000, "That is all");
});

client.serverCloseRequest.connect((code, reason) => {
  console.log(`The server is closing with code: ${code}, reason: ${reason}`);
});

client.connectionClosed.connect((wasClean) => console.log(`Closed, clean: ${wasClean}`));

client.connectionError.connect((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

client.connectToUrl(process.argv[2] ?? "ws://localhost:9080");
