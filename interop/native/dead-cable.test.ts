/**
 * A cable that is pulled: the peer's host, a network namespace of its own, stops answering without a word, and the
 * heartbeat notices. Needs Linux, root and Debian's iproute2.
 */

import { execFileSync, spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { WebSocketPeer } from "godot-ws";
import { describe, expect, test } from "vitest";

const namespace = `gws${process.pid}`;
const nearEnd = `${namespace}a`;
const farEnd = `${namespace}b`;
// Own addresses, should a killed run have left its cable behind.
const network = `10.203.${process.pid % 256}`;
const nearAddress = `${network}.1`;
const farAddress = `${network}.2`;

const ip = (...args: string[]): string => execFileSync("ip", args, { encoding: "utf8", stdio: "pipe" });

function reasonAgainst(): string {
  try {
    ip("netns", "add", namespace);
    ip("netns", "delete", namespace);
    return "";
  } catch (error) {
    return ` - no network namespaces: ${error instanceof Error ? error.message.split("\n").join(" ") : error}`;
  }
}

const reason = reasonAgainst();
if (reason !== "") {
  if (process.env["CI"]) throw new Error(`cannot be skipped in CI${reason}`);
  console.warn(`dead cable: skipped${reason}`);
}

/** Another host, at the end of a cable that can be cut. */
function layCable(): Disposable & { cut(): void } {
  ip("netns", "add", namespace);
  ip("link", "add", nearEnd, "type", "veth", "peer", "name", farEnd, "netns", namespace);
  ip("addr", "add", `${nearAddress}/24`, "dev", nearEnd);
  ip("link", "set", nearEnd, "up");
  ip("-n", namespace, "addr", "add", `${farAddress}/24`, "dev", farEnd);
  ip("-n", namespace, "link", "set", farEnd, "up");
  return {
    cut: () => void ip("-n", namespace, "link", "set", farEnd, "down"),
    [Symbol.dispose]() {
      // A namespace goes when its last process has gone, which may take a moment; the cable must go now.
      ip("link", "delete", nearEnd);
      ip("netns", "delete", namespace);
    },
  };
}

const heartbeatInterval = 1;

describe.skipIf(reason !== "")(`a dead cable${reason}`, () => {
  test.each([
    "server",
    "client",
  ] as const)("is noticed by the %s's heartbeat within two intervals", async (role) => {
    using cable = layCable();
    const { peer, stop } = role === "server" ? await serveAcross() : await callAcross();
    try {
      await peer.pongReceived.next();
      const closed = peer.closed.next();
      let beats = 0;
      peer.pongReceived.connect(() => beats++);
      const cutAt = performance.now();
      cable.cut();
      expect(await closed).toEqual([-1, ""]);
      expect(beats).toBe(0);
      const intervals = (performance.now() - cutAt) / (heartbeatInterval * 1000);
      console.log(`noticed after ${intervals.toFixed(2)} intervals`);
      // What is more than two is the machine's, not the heartbeat's.
      expect(Math.floor(intervals)).toBeLessThanOrEqual(2);
    } finally {
      stop();
    }
  }, 30_000);
});

const library = fileURLToPath(new URL("../../packages/godot-ws/dist/index.js", import.meta.url));

/** Runs a program on the other host. */
function runAcross(program: string) {
  const child = spawn(
    "ip",
    ["netns", "exec", namespace, process.execPath, "--input-type=module", "-e", program],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  return {
    stop: () => void child.kill("SIGKILL"),
    started: new Promise((resolve) => child.stdout.once("data", resolve)),
  };
}

/** We are the server, the client is on the other host. */
async function serveAcross() {
  const peer = new WebSocketPeer({ heartbeatInterval });
  const server = createServer((socket) => peer.acceptStream(socket));
  await new Promise<void>((resolve) => server.listen(0, nearAddress, resolve));
  const url = `ws://${nearAddress}:${(server.address() as AddressInfo).port}/`;
  const opened = peer.opened.next();
  const { stop } = runAcross(
    `import { WebSocketPeer } from ${JSON.stringify(library)}; new WebSocketPeer().connectToUrl(${JSON.stringify(url)});`,
  );
  await opened;
  server.close();
  return { peer, stop };
}

/** We are the client, the server is on the other host. */
async function callAcross() {
  const port = 9080;
  const { stop, started } = runAcross(`
    import { createServer } from "node:net";
    import { WebSocketPeer } from ${JSON.stringify(library)};
    createServer((socket) => new WebSocketPeer().acceptStream(socket)).listen(${port}, () => console.log("listening"));`);
  await started;
  const peer = new WebSocketPeer({ heartbeatInterval });
  await peer.connectToUrl(`ws://${farAddress}:${port}/`);
  return { peer, stop };
}
