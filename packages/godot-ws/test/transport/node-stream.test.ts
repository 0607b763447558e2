import { connect as connectTcp, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { describe, expect, test } from "vitest";
import { listen } from "../../src/transport/node.ts";
import { NodeStream } from "../../src/transport/node-stream.ts";
import type { ByteStream } from "../../src/transport/stream.ts";
import { describeByteStream, type StreamPair } from "../contracts/byte-stream.contract.ts";
import { certificate, privateKey } from "./certificate.ts";
import { EndingEnd, listening, local, portOf, quiet, until } from "./loopback.ts";
import { RawEnd } from "./raw-end.ts";

function pair(first: ByteStream, second: ByteStream, dispose: () => Promise<void>): StreamPair {
  return {
    first,
    second,
    until,
    quiet,
    async [Symbol.asyncDispose]() {
      first.destroy();
      second.destroy();
      await dispose();
    },
  };
}

describeByteStream({
  name: "TCP over the loopback interface",
  isEncrypted: false,
  async connect() {
    const accepted: ByteStream[] = [];
    const listener = await listen(0, local, (stream) => accepted.push(stream));
    const socket = connectTcp(listener.port, local);
    const first = new NodeStream(socket);
    await until(() => accepted.length > 0 && !socket.connecting);
    return pair(first, accepted[0]!, () => listener.close());
  },
});

describeByteStream({
  name: "TLS over the loopback interface",
  isEncrypted: true,
  async connect() {
    const accepted: Socket[] = [];
    const server = createTlsServer({ cert: certificate, key: privateKey, allowHalfOpen: true }, (socket) =>
      accepted.push(socket),
    );
    await listening(server);
    const socket = connectTls({ port: portOf(server), host: local, ca: certificate });
    const first = new NodeStream(socket);
    await until(() => accepted.length > 0);
    return pair(first, new NodeStream(accepted[0]!), () => new Promise((done) => server.close(() => done())));
  },
});
describe("NodeStream", () => {
  test("knows the address of a server only once it is connected to it", async () => {
    const listener = await listen(0, local, (stream) => new EndingEnd(stream));
    const stream = new NodeStream(connectTcp(listener.port, local));
    const end = new RawEnd(stream);
    end.send("x");
    await until(() => stream.remotePort !== 0);
    expect([stream.remoteAddress, stream.remotePort]).toEqual([local, listener.port]);
    stream.destroy();
    await until(() => end.closed);
    expect([stream.remoteAddress, stream.remotePort]).toEqual([local, listener.port]);
    await listener.close();
  });

  test("remembers the address of a client when that is gone", async () => {
    const accepted: ByteStream[] = [];
    const listener = await listen(0, local, (stream) => accepted.push(stream));
    const socket = connectTcp(listener.port, local);
    await until(() => accepted.length > 0);
    const localPort = socket.localPort;
    const end = new RawEnd(accepted[0]!);
    socket.resetAndDestroy();
    await until(() => end.closed);
    expect([end.stream.remoteAddress, end.stream.remotePort]).toEqual([local, localPort]);
    await listener.close();
  });

  test("says why it was closed", async () => {
    const server = createServer();
    await listening(server);
    const port = portOf(server);
    await new Promise((done) => server.close(done));
    const end = new RawEnd(new NodeStream(connectTcp(port, local)));
    await until(() => end.closed);
    expect(end.error?.message).toMatch(/ECONNREFUSED/);
  });

  test("has a message even for errors that have none of their own", async () => {
    const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const end = new RawEnd(new NodeStream(duplex));
    duplex.destroy(Object.assign(new Error(""), { code: "ESOMETHING" }));
    await until(() => end.closed);
    expect(end.error?.message).toBe("ESOMETHING");
  });

  test("is made of any Duplex", async () => {
    const written: Buffer[] = [];
    const duplex = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    const stream = new NodeStream(duplex);
    const end = new RawEnd(stream);
    expect([stream.remoteAddress, stream.remotePort, stream.isEncrypted]).toEqual(["", 0, false]);
    duplex.push(Buffer.from("in"));
    end.send("out");
    await until(() => end.received.length > 0);
    expect(Buffer.concat(written).toString()).toBe("out");
  });
});
