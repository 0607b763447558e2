// What the package gives to programs; the command line is `bin/godot-ws.js`.

export { EchoServer } from "./echo-server.ts";
export { Room, type RoomStatus } from "./room.ts";
export { RoomServer, type RoomServerOptions } from "./room-server.ts";
export { type RoomLimits, Rooms } from "./rooms.ts";
export { version } from "./version.ts";
