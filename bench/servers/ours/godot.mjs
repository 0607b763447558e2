// The room server itself, as `npm start` runs it.

import { flushMs, ownPackage, port, ready } from "../kit.mjs";

const { RoomServer } = await ownPackage("server");

await RoomServer.listen({
  port,
  host: "127.0.0.1",
  ...(flushMs > 0 ? { flushIntervalMs: flushMs } : {}),
});
ready();
