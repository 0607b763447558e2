import { listen } from "./listen.mjs";

listen((socket) => {
  socket.onmessage = ({ data }) => socket.send(data);
});
