/** What the examples' web servers answer, and what the push server tells those who come back. */

import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { ReconnectingWebSocketPeer, WebSocketClient } from "godot-ws";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ChatServer } from "../examples/chat/chat-server.ts";
import { readChatLine } from "../examples/chat/page/chat-lines.ts";
import type { PushMessage, Since } from "../examples/push/notification.ts";
import { PushInbox } from "../examples/push/page/inbox.ts";
import { PushServer, type PushServerOptions } from "../examples/push/push-server.ts";
import { TurnHost } from "../examples/turn-based/turn-host.ts";
import { build } from "../scripts/build.mjs";
import { Example } from "./harness/example.ts";

const bindAddress = "127.0.0.1";

interface Answer {
  status: number | undefined;
  type: string | undefined;
  body: string;
}

/** As it stands: `fetch` would tidy the path up first. */
function ask(port: number, path: string, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: bindAddress, port, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode, type: response.headers["content-type"], body }),
      );
    });
    asked.on("error", reject).end();
  });
}

describe("the pages' web server", () => {
  let chat: ChatServer;

  beforeAll(async () => {
    build();
    chat = await ChatServer.listen(0, { bindAddress });
  }, 120_000);
  afterAll(() => chat.close());

  test.each([
    ["/", "text/html", "<!doctype html>"],
    ["/index.html?room=red", "text/html", "<!doctype html>"],
    ["/page.css", "text/css", "#log"],
    ["/site/site.css", "text/css", "color-scheme"],
    ["/site/connection-line.js", "text/javascript", "class ConnectionLine"],
    ["/app/page/page.js", "text/javascript", "ReconnectingWebSocketPeer"],
    ["/godot-ws/index.js", "text/javascript", "WebSocketPeer"],
    ["/godot-ws/transport/browser.js", "text/javascript", "environment"],
  ])("%s is there", async (path, type, part) => {
    const answer = await ask(chat.port, path);
    expect(answer).toEqual({
      status: 200,
      type: `${type}; charset=utf-8`,
      body: expect.stringContaining(part),
    });
    expect(await ask(chat.port, path, "HEAD")).toEqual({ ...answer, body: "" });
  });

  test.each([
    "/../package.json",
    "/../chat-server.ts",
    "/app/../package.json",
    "/app/../page/page.css",
    "/app/%2e%2e/page/page.css",
    "/site/../chat/page/page.css",
    "/site/..%2fchat/page/page.css",
    "/godot-ws/../../../examples/chat/page/page.css",
    "/godot-ws//etc/x.js",
    "//page.css",
    "/app/.tsbuildinfo",
    "/site/package.json",
    "/site/site.ts",
    "/godot-ws/index.js.map",
    "/godot-ws/index.d.ts",
    "/page/",
    "/page.css/",
    "/page.css\\..\\index.html",
    "/nothing.css",
    "/lobby/",
  ])("%s is not", async (path) => {
    expect(await ask(chat.port, path)).toEqual({
      status: 404,
      type: "text/plain; charset=utf-8",
      body: "there is nothing here\n",
    });
  });

  test("only GET is served", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await ask(chat.port, "/", method)).status).toBe(405);
    }
  });

  test("a port that is taken is an error of whoever listens", async () => {
    const taken = expect.objectContaining({ code: "EADDRINUSE" });
    await expect(ChatServer.listen(chat.port, { bindAddress })).rejects.toEqual(taken);
    await expect(PushServer.listen(chat.port, { bindAddress })).rejects.toEqual(taken);
    await expect(TurnHost.listen(chat.port, { bindAddress })).rejects.toEqual(taken);
  });
});

test.each([
  ["[12] connected", { kind: "came", name: "12" }],
  ["[Ann] disconnected", { kind: "left", name: "Ann" }],
  ["[Ann] went to blue", { kind: "left", name: "Ann" }],
  ["[12] is now [Ann]", { kind: "renamed", name: "12", newName: "Ann" }],
  ["[Ann] Says: [Bob] disconnected", { kind: "said", name: "Ann", text: "[Bob] disconnected" }],
  ["[Ann] Says: two\nlines", { kind: "said", name: "Ann", text: "two\nlines" }],
  ["You are now [Ann]", { kind: "named", name: "Ann" }],
  ["Ann is taken", { kind: "taken", name: "Ann" }],
  ["Here are: Ann, 12", { kind: "here", names: ["Ann", "12"] }],
  ["Here are: Ann, and, and 412 more", { kind: "here", names: ["Ann", "and"] }],
  ["You are in red, with 2 more", { kind: "moved", room: "red" }],
  ["Server says: [Ann] Says: hello", { kind: "notice", text: "Server says: [Ann] Says: hello" }],
  ["[Ann] sings", { kind: "notice", text: "[Ann] sings" }],
])("the chat's page understands %j", (line, wanted) => {
  expect(readChatLine(line)).toEqual(wanted);
});

test("the chat lists a hundred of a crowd, and counts the others", async () => {
  await using chat = await ChatServer.listen(0, { bindAddress });
  const crowd = Array.from({ length: 103 }, () => new WebSocketClient());
  const address = `ws://127.0.0.1:${chat.port}/red/`;
  for (const one of crowd) await one.connectToUrl(address, { protocols: ["demo-chat"] });
  const asker = crowd.at(-1)!;
  const answers: (string | undefined)[] = [];
  asker.dataReceived.connect(({ text }) => answers.push(text));
  asker.getPeer().sendText("/who");
  await expect.poll(() => answers).toEqual([expect.stringMatching(/^Here are: (\d+, ){100}and 3 more$/)]);
  for (const one of crowd) one.disconnectFromHost();
});

describe("the push server", () => {
  const open: PushServer[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });

  async function start(options: PushServerOptions = {}): Promise<PushServer> {
    const server = await PushServer.listen(0, { bindAddress, ...options });
    open.push(server);
    return server;
  }

  /** What a page hears after its first message. */
  async function listen(
    server: PushServer,
    first: Since | string,
  ): Promise<{ heard: PushMessage[]; leave(): void }> {
    const client = new WebSocketClient({ inboundBufferSize: 1 << 20 });
    const heard: PushMessage[] = [];
    client.dataReceived.connect(({ text }) => heard.push(JSON.parse(text!)));
    await client.connectToUrl(`ws://127.0.0.1:${server.port}/`, { protocols: ["push-demo"] });
    client.getPeer().sendText(typeof first === "string" ? first : JSON.stringify(first));
    return { heard, leave: () => client.disconnectFromHost() };
  }

  const pushMany = (server: PushServer, count: number): void => {
    for (let i = 0; i < count; i++) server.push("message", `of ${i}`);
  };
  const numbers = (heard: readonly PushMessage[]): number[] =>
    heard.flatMap((message) => ("notification" in message ? [message.notification.sequence] : []));

  test("who is new gets all that is kept, who comes back what it has not seen, and then what comes", async () => {
    const server = await start({ kept: 5 });
    pushMany(server, 8);
    const { series } = server.history;
    const cases: readonly [since: Since, first: number, lost: number][] = [
      [{ series: "", seen: 0 }, 4, 0],
      [{ series, seen: 8 }, 9, 0],
      [{ series, seen: 6 }, 7, 0],
      [{ series, seen: 3 }, 4, 0],
      [{ series, seen: 1 }, 4, 2],
      // Of another server, or from the future: nothing that this one could know.
      [{ series: "another", seen: 6 }, 4, 0],
      [{ series, seen: 1000 }, 9, 0],
    ];
    const pages = await Promise.all(cases.map(([since]) => listen(server, since)));
    for (const [i, [, first, lost]] of cases.entries()) {
      await expect.poll(() => pages[i]!.heard[0]).toEqual({ welcome: { series, first, lost } });
    }
    server.push("score", "1 : 0");
    for (const [i, [, first]] of cases.entries()) {
      const wanted = Array.from({ length: 10 - first }, (_, k) => first + k);
      await expect.poll(() => numbers(pages[i]!.heard)).toEqual(wanted);
    }
    for (const { leave } of pages) leave();
  });

  test("a server with the history of another goes on where that one was", async () => {
    const before = await start();
    const pushed: number[] = [];
    before.pushed.connect(({ sequence }) => pushed.push(sequence));
    pushMany(before, 3);
    expect(pushed).toEqual([1, 2, 3]);
    const after = await start({ history: JSON.parse(JSON.stringify(before.history)) });
    expect(after.push("deploy", "4").sequence).toBe(4);
    const { heard, leave } = await listen(after, { series: before.history.series, seen: 2 });
    await expect.poll(() => numbers(heard)).toEqual([3, 4]);
    leave();
  });

  test.each([
    "",
    "{}",
    "[]",
    "null",
    '{"series":"","seen":-1}',
    '{"series":"","seen":0.5}',
    '{"series":1,"seen":0}',
  ])("who begins with %j is sent away", async (first) => {
    const server = await start();
    const client = new WebSocketClient();
    const asked = client.serverCloseRequest.next();
    await client.connectToUrl(`ws://127.0.0.1:${server.port}/`, { protocols: ["push-demo"] });
    client.getPeer().sendText(first);
    expect(await asked).toEqual([1008, "what was seen is said once"]);
  });

  test("who has missed more than may wait for it gets it in several goes", async () => {
    const count = 8000;
    const server = await start({ kept: count });
    for (let i = 0; i < count; i++) server.push("message", "ü".repeat(500), "x".repeat(500));
    const inbox = new PushInbox();
    const taken: number[] = [];
    const peer = new ReconnectingWebSocketPeer({
      supportedProtocols: ["push-demo"],
      initialDelayMs: 10,
      shouldReconnect: () => true,
    });
    let connections = 0;
    peer.opened.connect(() => {
      connections++;
      peer.sendText(JSON.stringify(inbox.since));
    });
    peer.packetReceived.connect(({ text }) => {
      const message: PushMessage = JSON.parse(text!);
      if ("welcome" in message) inbox.welcome(message.welcome);
      else if ("notification" in message && inbox.take(message.notification))
        taken.push(message.notification.sequence);
    });
    await peer.connectToUrl(`ws://127.0.0.1:${server.port}/`);
    await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(count);
    expect(taken).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect(connections).toBeGreaterThan(1);
    peer.close();
  });

  /** The status and the error of an order. */
  async function order(server: PushServer, headers: Record<string, string>, host = "127.0.0.1") {
    const url = `http://${host}:${server.port}/push`;
    const response = await fetch(url, { method: "POST", headers, body: '{"title":"x"}' });
    const { error } = (await response.json()) as { error?: string };
    return `${response.status} ${error ?? ""}`;
  }
  const json = { "Content-Type": "application/json" };

  test("pushes for this machine alone, and not for what a foreign page could make a browser send", async () => {
    const server = await start({ bindAddress: "*" });
    expect(await order(server, json)).toBe("201 ");
    for (const type of ["text/plain", "application/x-www-form-urlencoded"])
      expect(await order(server, { "Content-Type": type })).toBe(
        "415 wanted: Content-Type: application/json",
      );
    const [other] = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === "IPv4" && !address.internal);
    if (other === undefined) console.info("not tried from another address: this machine has none");
    else expect(await order(server, json, other.address)).toMatch(/^403 /);
    expect(server.history.notifications).toHaveLength(1);
  });

  test("does not push for a name that another site had point to this machine", async () => {
    const server = await start();
    const statusFor = (name: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { ...json, Host: `${name}:${server.port}` };
        const asked = request({
          host: bindAddress,
          port: server.port,
          path: "/push",
          method: "POST",
          headers,
        });
        asked.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
        asked.end('{"title":"x"}');
      });
    expect(await statusFor("evil.example")).toBe(403);
    expect(await statusFor("127.0.0.1.evil.example")).toBe(403);
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) expect(await statusFor(name)).toBe(201);
  });

  test("says now and then that it is there, to those who listen", async () => {
    const server = await start({ aliveIntervalMs: 5 });
    const { heard, leave } = await listen(server, { series: "", seen: 0 });
    await expect.poll(() => heard.length).toBeGreaterThan(3);
    expect(heard[0]).toHaveProperty("welcome");
    expect(heard.slice(1, 4)).toEqual([{ alive: true }, { alive: true }, { alive: true }]);
    leave();
  });

  test("with a key pushes for whoever brings it", async () => {
    const server = await start({ key: "secret" });
    expect(await order(server, json)).toMatch(/^401 /);
    for (const wrong of ["Bearer secreT", "Bearer secret2", "secret", "Basic secret"])
      expect(await order(server, { ...json, Authorization: wrong })).toMatch(/^401 /);
    expect(await order(server, { ...json, Authorization: "Bearer secret" })).toBe("201 ");
    expect(server.history.notifications).toHaveLength(1);
  });

  test("as a program it pushes at intervals, and ends when it is told to", async () => {
    await using program = new Example("examples/push/dist/server.js", "--port=0", "--every=0.01");
    const [, port] = await program.line(/^Listening on http:\/\/localhost:(\d+)\/$/);
    const client = new WebSocketClient();
    await client.connectToUrl(`ws://127.0.0.1:${port}/`, { protocols: ["push-demo"] });
    await program.line(/^5: score, Red \d : \d Blue$/);
    const closed = client.serverCloseRequest.next();
    expect(await program.interrupt()).toBe(0);
    expect((await closed)[0]).toBe(1001);
  });

  test("a page takes each once and in order, and asks for what comes after", () => {
    const inbox = new PushInbox();
    const notification = (sequence: number) =>
      ({ sequence, kind: "score", title: "", text: "", at: 0 }) as const;
    expect(inbox.since).toEqual({ series: "", seen: 0 });
    expect(inbox.welcome({ series: "a", first: 4, lost: 0 })).toBe(0);
    expect([4, 5, 5, 4, 6].map((sequence) => inbox.take(notification(sequence)))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(() => inbox.take(notification(8))).toThrow("bug: 8 came after 6");
    expect(inbox.since).toEqual({ series: "a", seen: 6 });
    expect(inbox.welcome({ series: "a", first: 9, lost: 2 })).toBe(2);
    expect(inbox.take(notification(9))).toBe(true);
    expect(inbox.welcome({ series: "b", first: 1, lost: 0 })).toBeUndefined();
    expect(inbox.take(notification(1))).toBe(true);
  });
});
