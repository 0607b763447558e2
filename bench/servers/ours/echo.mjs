import { listen } from "./listen.mjs";

listen((peer) => {
  peer.packetReceived.connect(({ bytes }) => peer.send(bytes));
});
