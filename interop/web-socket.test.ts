/** The WebSocket that carries engines, over our client, behaves as the one of Node does (undici's): see both as a page. */

import { WebSocket as UndiciWebSocket } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IndependentServer, startIndependentServer } from "./harness/independent-server.ts";
import { WebSocket as OurWebSocket } from "./harness/our-web-socket.ts";

type Socket = OurWebSocket | UndiciWebSocket;
interface SocketClass {
  new (url: string, protocols?: string | string[]): Socket;
  readonly OPEN: number;
  readonly CLOSED: number;
}

const implementations: [string, SocketClass][] = [
  ["ours", OurWebSocket],
  ["undici's", UndiciWebSocket],
];

let server: IndependentServer;
let url: string;

beforeAll(async () => {
  server = await startIndependentServer((socket, path) => {
    socket.on("error", () => {});
    socket.on("message", (data, binary) => {
      const text = String(data);
      if (text === "close") socket.close(4002, "für heute");
      else if (text === "close without a code") socket.close();
      else if (text === "drop") socket.terminate();
      else if (text === "no WebSocket") internalSocket(socket).write("\xff\xff\xff");
      else socket.send(data, { binary });
    });
    if (path === "/farewell") {
      socket.send("last words");
      socket.close(1000, "bye");
    }
  });
  url = `${server.url}/`;
});
afterAll(() => server.close());

function internalSocket(socket: object): NodeJS.WritableStream {
  return (socket as { _socket: NodeJS.WritableStream })._socket;
}

describe.each(implementations)("%s", (_, WebSocket) => {
  /** Everything that happens to a socket until it is closed, in words; `next` is told after each event but the last. */
  async function story(socket: Socket, next: (event: string) => void): Promise<string[]> {
    const told: string[] = [];
    socket.binaryType = "arraybuffer";
    return new Promise((resolve) => {
      const tell = (event: string) => told.push(`${event} [${socket.readyState}]`);
      socket.onopen = () => {
        tell("open");
        next("open");
      };
      socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
        const event = typeof data === "string" ? data : `<${Buffer.from(data).toString("hex")}>`;
        tell(event);
        next(event);
      };
      socket.onerror = () => tell("error");
      socket.onclose = ({ code, reason, wasClean }: { code: number; reason: string; wasClean: boolean }) => {
        tell(`close ${code} "${reason}" ${wasClean ? "clean" : "not clean"}`);
        resolve(told);
      };
    });
  }
  const nameOf = (run: () => unknown): string => {
    try {
      run();
      return "nothing";
    } catch (error) {
      return (error as Error).name;
    }
  };

  test("texts and bytes come back; its close has code and reason", async () => {
    const socket = new WebSocket(url);
    expect([socket.readyState, socket.url, socket.protocol, socket.bufferedAmount]).toEqual([0, url, "", 0]);
    const rest = ["hello", "", "é€😀\ufeff", Uint8Array.of(0, 255), new Uint8Array([1, 2, 3]).buffer, ""];
    const told = await story(socket, () => {
      const message = rest.shift();
      if (message === undefined) socket.close(4001, "für heute");
      else socket.send(message);
    });
    expect(told).toEqual([
      "open [1]",
      ...["hello [1]", " [1]", "é€😀\ufeff [1]", "<00ff> [1]", "<010203> [1]", " [1]"],
      'close 4001 "für heute" clean [3]',
    ]);
  });

  test.each([
    ["the server's close", "close", ['close 4002 "für heute" clean [3]']],
    ["one without a code", "close without a code", ['close 1005 "" clean [3]']],
    ["a connection that breaks", "drop", ["error [3]", 'close 1006 "" not clean [3]']],
    ["what is no WebSocket", "no WebSocket", ["error [3]", 'close 1006 "" not clean [3]']],
  ])("%s", async (_title, command, expected) => {
    const socket = new WebSocket(url);
    const told = await story(socket, () => socket.send(command));
    expect(told).toEqual(["open [1]", ...expected]);
  });

  test("a message right before the close comes first", async () => {
    const told = await story(new WebSocket(`${url}farewell`), () => {});
    expect(told.slice(0, 2)).toEqual(["open [1]", "last words [1]"]);
    expect(told.at(-1)).toBe('close 1000 "bye" clean [3]');
  });

  test.each(["refused", "nobody"])("%s: error and close, no open", async (which) => {
    const socket = new WebSocket(which === "refused" ? `${url}refused` : "ws://127.0.0.1:1/");
    expect(await story(socket, () => {})).toEqual(["error [3]", 'close 1006 "" not clean [3]']);
  });

  test("a subprotocol is agreed on, or there is no connection", async () => {
    const socket = new WebSocket(url, ["other", "chat"]);
    expect(await story(socket, () => socket.close(1000))).toContain("open [1]");
    expect(socket.protocol).toBe("chat");
    const disagreeing = await story(new WebSocket(url, "other"), () => {});
    expect(disagreeing.at(-1)).toMatch(/^close 1006/);
    expect(disagreeing).not.toContain("open [1]");
  });

  test("closed while it connects: it never opens", async () => {
    const socket = new WebSocket(url);
    const told = story(socket, () => {});
    socket.close();
    expect(socket.readyState).toBe(2);
    expect((await told).at(-1)).toBe('close 1006 "" not clean [3]');
    expect(await told).not.toContain("open [1]");
  });

  test("what is said after closing is not sent, and counted", async () => {
    const socket = new WebSocket(url);
    const heard = await story(socket, (event) => {
      if (event !== "open") return;
      socket.close(1000);
      expect(socket.readyState).toBe(2);
      socket.send("unheard");
      // undici's does not count it.
      if (WebSocket === OurWebSocket) expect(socket.bufferedAmount).toBe("unheard".length);
    });
    expect(heard).toEqual(["open [1]", 'close 1000 "" clean [3]']);
    socket.close();
    expect(socket.readyState).toBe(3);
  });

  test("handlers and listeners can be taken away", async () => {
    const socket = new WebSocket(url);
    const calls: string[] = [];
    const listener = () => calls.push("listener");
    socket.onopen = () => calls.push("replaced");
    socket.onopen = () => calls.push("handler");
    socket.addEventListener("open", listener);
    socket.addEventListener("open", listener);
    await new Promise((resolve) => socket.addEventListener("open", resolve as () => void));
    expect(calls).toEqual(["handler", "listener"]);
    socket.onmessage = () => calls.push("message");
    socket.onmessage = null;
    expect([socket.onmessage, typeof socket.onopen]).toEqual([null, "function"]);
    socket.send("x");
    await new Promise((resolve) => socket.addEventListener("message", resolve as () => void));
    socket.close();
    await new Promise((resolve) => socket.addEventListener("close", resolve as () => void));
    expect(calls).toEqual(["handler", "listener"]);
  });

  test.each([
    ["no URL", "nonsense", [], "SyntaxError"],
    ["another scheme", "ftp://127.0.0.1/", [], "SyntaxError"],
    ["a subprotocol with a blank", "ws://127.0.0.1:1/", ["a b"], "SyntaxError"],
    ["a subprotocol twice", "ws://127.0.0.1:1/", ["a", "a"], "SyntaxError"],
  ])("refuses %s", (_title, address, protocols, name) => {
    expect(nameOf(() => new WebSocket(address, protocols))).toBe(name);
  });

  test("refuses what may not be sent", async () => {
    const socket = new WebSocket(url);
    const closed = story(socket, () => socket.close(3000));
    expect(nameOf(() => socket.send("too early"))).toBe("InvalidStateError");
    for (const code of [999, 1001, 1005, 2999, 5000]) {
      expect(nameOf(() => socket.close(code))).toBe("InvalidAccessError");
    }
    expect(nameOf(() => socket.close(1000, "ü".repeat(62)))).toBe("SyntaxError");
    expect(socket.readyState).toBe(0);
    expect((await closed).at(-1)).toBe('close 3000 "" clean [3]');
  });

  test("has its states on the class and on the object", () => {
    expect([WebSocket.OPEN, WebSocket.CLOSED]).toEqual([1, 3]);
    expect(WebSocket.prototype).toHaveProperty("send");
  });
});
