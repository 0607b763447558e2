// TCP, upgrade, close frames and the end of TCP, over and over, so many at a time.

import { connect } from "node:net";
import { isAccepted, requestFor } from "./fallback-client.mjs";
import { measure, measured } from "./fallback-measure.mjs";

const closeFrame = Buffer.from([0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe8 ^ 2]);

/** @param {{ port: number, pid: number, connections: number, warm: number, seconds: number }} options */
export async function runHandshakes({ port, pid, connections, warm, seconds }) {
  const request = requestFor(0, port);
  let done = 0;
  let wrong = 0;
  const sleep = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time * 1000));

  function visit() {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let head = "";
    let accepted = false;
    socket.write(request);
    socket.on("data", (chunk) => {
      if (accepted) return;
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      accepted = isAccepted(head);
      if (!accepted) {
        socket.destroy();
        return;
      }
      done++;
      socket.write(closeFrame);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!accepted) wrong++;
      visit();
    });
  }

  for (let i = 0; i < connections; i++) visit();
  await sleep(warm);
  done = wrong = 0;
  const from = measure(pid);
  await sleep(seconds);
  const to = measure(pid);
  return { ...measured(from, to, done), lost: 0, wrong };
}
