// A client of the chat as a program, also for the server of Godot's demo: `node client.js [URL]`. What is typed is sent;
// the end of the input is the end.

import { createInterface } from "node:readline";
import { WebSocketClient } from "godot-ws";
import { port, protocol } from "./protocol.ts";

const url = process.argv[2] ?? `ws://localhost:${port}/test/`;
const client = new WebSocketClient();

client.connectionEstablished.connect(() => {
  console.log(`Connected to ${url}`);
  createInterface(process.stdin)
    .on("line", (line) => {
      if (line !== "") client.getPeer(1).sendText(line);
    })
    .on("close", () => client.disconnectFromHost());
});

client.dataReceived.connect((packet) => console.log(packet.text ?? `${packet.bytes.length} bytes`));

client.connectionClosed.connect((wasClean) => {
  console.log(wasClean ? "Closed" : "The connection was lost");
  process.exit(wasClean ? 0 : 1);
});

client.connectionError.connect((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

client.connectToUrl(url, { protocols: [protocol] });
