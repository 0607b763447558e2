import { listen } from "./listen.mjs";

listen({ message: (socket, data) => socket.send(data, true) });
