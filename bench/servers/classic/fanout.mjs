import { listen, server } from "./server.mjs";

server.dataReceived.connect((_, { bytes }) => server.broadcast(bytes));
await listen();
