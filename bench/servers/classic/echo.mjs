import { listen, server } from "./server.mjs";

server.dataReceived.connect((id, { bytes }) => server.getPeer(id)?.send(bytes));
await listen();
