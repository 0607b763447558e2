import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import {
  acceptKey,
  checkAcceptance,
  checkProtocols,
  formatAcceptance,
  formatRefusal,
  formatRequest,
  isRefusal,
  parseHeaderLines,
  readRequest,
  readResponse,
  type UpgradeRequest,
} from "../../src/protocol/handshake.ts";
import { type HttpHead, parseHead } from "../../src/protocol/http-head.ts";
import { godotClientTakes, godotServerTakes } from "./godot-rules.ts";
import { requestText, responseText, sampleAccept, sampleKey, sampleRequest } from "./recorded-end.ts";

function headOf(lines: readonly string[]): HttpHead {
  const head = parseHead(lines.join("\r\n"), 100);
  if (typeof head === "string") throw new Error(head);
  return head;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

const requestLines = requestText.trimEnd().split("\r\n");
const responseLines = responseText.trimEnd().split("\r\n");

/** The lines with those of a name replaced by others; none of the others leaves them out. */
function replaced(lines: readonly string[], name: string, ...others: readonly string[]): string[] {
  const kept = lines.filter((line) => !line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return [...kept, ...others];
}

function taken(lines: readonly string[]): UpgradeRequest {
  const answer = readRequest(headOf(lines));
  if (isRefusal(answer)) throw new Error(`refused: ${answer.status} ${answer.reason}`);
  return answer;
}

describe("acceptKey", () => {
  it("is that of RFC 6455 §1.3", () => {
    expect(acceptKey(sampleKey)).toBe(sampleAccept);
  });
});

describe("readRequest takes", () => {
  it("RFC 6455 §1.2's request, whole", () => {
    const request = taken([
      "GET /chat HTTP/1.1",
      "Host: server.example.com",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${sampleKey}`,
      "Origin: http://example.com",
      "Sec-WebSocket-Protocol: chat, superchat",
      "Sec-WebSocket-Version: 13",
    ]);
    expect(request).toMatchObject({
      target: "/chat",
      path: "/chat",
      protocols: ["chat", "superchat"],
      key: sampleKey,
    });
    expect(request.headers.get("origin")).toBe("http://example.com");
  });

  it.each([
    ["/", "/"],
    ["/a/b?c=d?e", "/a/b"],
    ["/?", "/"],
    ["/__proto__", "/__proto__"],
  ])("the target %s, with its path", (target, path) => {
    const request = taken([`GET ${target} HTTP/1.1`, ...requestLines.slice(1)]);
    expect(request.target).toBe(target);
    expect(request.path).toBe(path);
  });

  it.each([
    ["Connection", ["Connection: keep-alive, Upgrade"]],
    ["Connection", ["Connection: upgrade"]],
    ["Connection", ["CONNECTION: UPGRADE,Keep-Alive"]],
    ["Connection", ["Connection: keep-alive", "Connection: Upgrade"]],
    ["Connection", ["connection:Upgrade"]],
    ["Upgrade", ["Upgrade: WebSocket"]],
    ["Upgrade", ["upgrade: h2c, websocket"]],
    ["Sec-WebSocket-Version", ["sec-websocket-version:13"]],
    ["Sec-WebSocket-Key", [`SEC-WEBSOCKET-KEY:\t${sampleKey} `]],
    ["Host", ["Host:"]],
    ["Host", ["Host: [::1]:8080"]],
    ["X", ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]],
    ["X", ["Sec-WebSocket-Extensions: constructor", "__proto__: x", "constructor: y"]],
    ["X", ["Sec-WebSocket-Protocol:"]],
  ])("%s as %j", (name, lines) => {
    expect(taken(replaced(requestLines, name, ...lines)).key).toBe(sampleKey);
  });

  it("protocols over several fields, in order, names of Object.prototype included", () => {
    const lines = ["Sec-WebSocket-Protocol: constructor", "Sec-WebSocket-Protocol: __proto__,a , b"];
    expect(taken([...requestLines, ...lines]).protocols).toEqual(["constructor", "__proto__", "a", "b"]);
  });

  it("headers that say nothing to it", () => {
    const request = taken([...requestLines, "__proto__: p", "constructor: c"]);
    expect(request.headers.get("__proto__")).toBe("p");
    expect(request.headers.get("constructor")).toBe("c");
  });
});

describe("readRequest refuses", () => {
  const startLines: readonly [line: string, status: number][] = [
    ["GET", 400],
    ["GET /", 400],
    ["GET  / HTTP/1.1", 400],
    ["GET / HTTP/1.1 x", 400],
    ["GET  HTTP/1.1", 400],
    ["GET / HTTP/1.0", 505],
    ["GET / HTTP/2.0", 505],
    ["GET / http/1.1", 505],
    ["POST / HTTP/1.1", 405],
    ["get / HTTP/1.1", 405],
    ["OPTIONS * HTTP/1.1", 405],
    ["\u{feff}GET / HTTP/1.1", 405],
  ];
  it.each(startLines)("%j with %i", (line, status) => {
    expect(readRequest(headOf([line, ...requestLines.slice(1)]))).toMatchObject({ status });
  });

  const fields: readonly [name: string, lines: readonly string[], status: number][] = [
    ["Host", [], 400],
    ["Host", ["Host: a", "Host: b"], 400],
    ["Host", ["Host: a", "Host: a"], 400],
    ["Connection", [], 426],
    ["Connection", ["Connection: close"], 426],
    ["Connection", ["Connection: upgraded"], 426],
    ["Connection", ["Connection:"], 426],
    ["Upgrade", [], 426],
    ["Upgrade", ["Upgrade: h2c"], 426],
    ["Upgrade", ["Upgrade: websocket/13"], 426],
    ["Sec-WebSocket-Version", [], 426],
    ["Sec-WebSocket-Version", ["Sec-WebSocket-Version: 8"], 426],
    ["Sec-WebSocket-Version", ["Sec-WebSocket-Version: 013"], 426],
    ["Sec-WebSocket-Version", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"], 426],
    ["Sec-WebSocket-Version", ["Sec-WebSocket-Version: 13, 8"], 426],
    ["Sec-WebSocket-Key", [], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key:"], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ="], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==="], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQAA"], 400],
    ["Sec-WebSocket-Key", ["Sec-WebSocket-Key: dGhlIHNhbXBs!SBub25jZQ=="], 400],
    ["Sec-WebSocket-Key", [`Sec-WebSocket-Key: ${sampleKey}`, `Sec-WebSocket-Key: ${sampleKey}`], 400],
    ["X", ["Content-Length: 5"], 400],
    ["X", ["Transfer-Encoding: chunked"], 400],
    ["X", ["Sec-WebSocket-Protocol: a, a"], 400],
    ["X", ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b, a"], 400],
    ["X", ["Sec-WebSocket-Protocol: a b"], 400],
    ["X", ["Sec-WebSocket-Protocol: a/b"], 400],
    ["X", ['Sec-WebSocket-Protocol: "a"'], 400],
    ["X", [`Sec-WebSocket-Protocol: b${" ".repeat(100_000)}x`], 400],
  ];
  it.each(fields)("%s as %j with %i", (name, lines, status) => {
    const answer = readRequest(headOf(replaced(requestLines, name, ...lines)));
    expect(answer).toMatchObject({ status });
  });

  it("saying what would be right: the version, the protocol, the method", () => {
    const tooOld = readRequest(headOf(replaced(requestLines, "Sec-WebSocket-Version")));
    const plain = readRequest(headOf(replaced(requestLines, "Upgrade")));
    for (const answer of [tooOld, plain]) {
      expect(answer.headers).toEqual([
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Version", "13"],
      ]);
    }
    expect(readRequest(headOf(["PUT / HTTP/1.1"])).headers).toEqual([["Allow", "GET"]]);
  });
});

describe("formatRequest", () => {
  it("is, octet for octet, what a Godot client sends", () => {
    const bytes = formatRequest({
      host: "example.com:8080",
      target: "/chat?room=1",
      key: sampleKey,
      protocols: ["a", "b"],
      headers: [["X-Token", "secret"]],
    });
    expect(text(bytes)).toBe(
      [
        "GET /chat?room=1 HTTP/1.1",
        "Host: example.com:8080",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${sampleKey}`,
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: a,b",
        "X-Token: secret",
        "\r\n",
      ].join("\r\n"),
    );
  });

  it.each([
    [[], [], ""],
    [["a"], ["a"], "a"],
    [["a", "b", "c"], ["c", "b"], "b"],
    [["constructor"], ["constructor"], "constructor"],
  ])("offering %j, a Godot server with %j takes %j", (protocols, supported, chosen) => {
    const headers = [["X-A", "1"] as const, ["X-B", "ü"] as const, ["X-Empty", ""] as const];
    const bytes = formatRequest({ ...sampleRequest, protocols, headers });
    expect(godotServerTakes(text(bytes), supported)).toBe(chosen);
  });

  it("our own server reads what was meant", () => {
    const bytes = formatRequest({
      ...sampleRequest,
      protocols: ["a", "b"],
      headers: [["Authorization", "Basic eDp5"]],
    });
    const request = taken(text(bytes).slice(0, -4).split("\r\n"));
    expect(request).toMatchObject({ target: "/chat", key: sampleKey, protocols: ["a", "b"] });
    expect(request.headers.get("authorization")).toBe("Basic eDp5");
  });

  it.each([
    [{ target: "/ HTTP/1.1\r\nX: y\r\n" }],
    [{ host: "a\r\nX: y" }],
    [{ protocols: ["a\r\nX: y"] }],
    [{ key: "a\r\nX: y" }],
    [{ headers: [["X", "a\r\nY: b"] as const] }],
    [{ headers: [["X\r\nY", "b"] as const] }],
  ])("%j would inject a header: refused", (part) => {
    expect(() => formatRequest({ ...sampleRequest, ...part })).toThrow(UsageError);
  });
});

describe("formatAcceptance", () => {
  const plain = taken(requestLines);
  const offering = taken([...requestLines, "Sec-WebSocket-Protocol: a, b"]);

  it("is, octet for octet, what a Godot server sends", () => {
    const answer = formatAcceptance(offering, { protocol: "b", headers: [["X-Room", "7"]] });
    expect(answer).toBe(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${sampleAccept}`,
        "Sec-WebSocket-Protocol: b",
        "X-Room: 7",
        "\r\n",
      ].join("\r\n"),
    );
  });

  it("a Godot client takes it, without and with subprotocols", () => {
    expect(godotClientTakes(formatAcceptance(plain, {}), sampleAccept, [])).toBe(true);
    const chosen = formatAcceptance(offering, { protocol: "a", headers: [["X-Empty", ""]] });
    expect(godotClientTakes(chosen, sampleAccept, ["a", "b"])).toBe(true);
    expect(godotClientTakes(chosen, sampleAccept, [])).toBe(false);
  });

  it("leaves the digest to who has a quicker one", () => {
    const asked: string[] = [];
    const digest = (text: string): string => {
      asked.push(text);
      return "a digest";
    };
    const answer = formatAcceptance(plain, {}, undefined, digest);
    expect(answer).toContain("\r\nSec-WebSocket-Accept: a digest\r\n\r\n");
    expect(asked).toEqual([`${sampleKey}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`]);
  });

  it("has each name once and no empty line in between", () => {
    const lines = formatAcceptance(offering, { protocol: "a" }).slice(0, -4).split("\r\n").slice(1);
    const names = lines.map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(lines).toContain("Connection: Upgrade");
  });

  it("injects nothing", () => {
    expect(() => formatAcceptance(plain, { protocol: "a\r\nX: y" })).toThrow(UsageError);
    expect(() => formatAcceptance(plain, { headers: [["X", "a\r\n\r\nbody"]] })).toThrow(UsageError);
  });
});

describe("formatRefusal", () => {
  it.each([
    [400, "Bad Request"],
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [404, "Not Found"],
    [405, "Method Not Allowed"],
    [408, "Request Timeout"],
    [409, "Conflict"],
    [426, "Upgrade Required"],
    [429, "Too Many Requests"],
    [431, "Request Header Fields Too Large"],
    [500, "Internal Server Error"],
    [503, "Service Unavailable"],
    [505, "HTTP Version Not Supported"],
    [418, "Refused"],
  ])("%i %s is a whole HTTP answer", (status, phrase) => {
    const answer = text(formatRefusal({ status, reason: "zu groß", headers: [["X-Why", "because"]] }));
    const end = answer.indexOf("\r\n\r\n");
    const head = headOf(answer.slice(0, end).split("\r\n"));
    expect(head.startLine).toBe(`HTTP/1.1 ${status} ${phrase}`);
    expect(answer.slice(end + 4)).toBe("zu groß\n");
    expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength("zu groß\n")));
    expect(head.headers.get("connection")).toBe("close");
    expect(head.headers.get("x-why")).toBe("because");
  });

  it("a reason with line ends stays in the body", () => {
    const answer = text(formatRefusal({ status: 400, reason: "a\r\nX: y\r\n\r\nz" }));
    const head = headOf(answer.slice(0, answer.indexOf("\r\n\r\n")).split("\r\n"));
    expect(head.headers.has("x")).toBe(false);
  });

  it("injects nothing", () => {
    expect(() => formatRefusal({ status: 401, reason: "", headers: [["X", "a\nb"]] })).toThrow(UsageError);
  });
});

describe("readResponse", () => {
  it("takes RFC 6455 §1.3's answer", () => {
    expect(readResponse(headOf(responseLines), sampleKey, [])).toMatchObject({ protocol: "" });
  });

  it.each([
    ["Connection", "Connection: keep-alive, Upgrade"],
    ["Connection", "connection:UPGRADE"],
    ["Upgrade", "Upgrade: WebSocket"],
    ["X", "constructor: __proto__"],
  ])("takes %s as %j", (name, line) => {
    expect(readResponse(headOf(replaced(responseLines, name, line)), sampleKey, [])).toMatchObject({
      protocol: "",
    });
  });

  it.each([
    "HTTP/1.1 101",
    "HTTP/1.1 101 ",
    "HTTP/1.1 101 Web Socket Protocol Handshake",
  ])("takes %j", (line) => {
    expect(readResponse(headOf([line, ...responseLines.slice(1)]), sampleKey, [])).toMatchObject({
      protocol: "",
    });
  });

  it.each([
    [["a", "b"], "b"],
    [["constructor"], "constructor"],
  ])("having offered %j, takes %s", (offered, chosen) => {
    const lines = [...responseLines, `Sec-WebSocket-Protocol: ${chosen}`];
    expect(readResponse(headOf(lines), sampleKey, offered)).toMatchObject({ protocol: chosen });
  });

  it.each([
    ["HTTP/1.0 101 Switching Protocols", undefined],
    ["HTTP/1.1 1011 Nearly", undefined],
    ["HTTP/1.1  101 Switching Protocols", undefined],
    ["HTTP/2 101", undefined],
    ["ICY 200 OK", undefined],
    ["HTTP/1.1 999 Who", undefined],
    ["HTTP/1.1 200 OK", 200],
    ["HTTP/1.1 301 Moved Permanently", 301],
    ["HTTP/1.1 404", 404],
    ["HTTP/1.1 503 Service Unavailable", 503],
  ])("refuses %j, status %s", (line, status) => {
    const outcome = readResponse(headOf([line, ...responseLines.slice(1)]), sampleKey, []);
    expect(outcome).toMatchObject({ fault: expect.any(String), status });
  });

  const faults: readonly [name: string, line: string[], offered: string[], fault: string][] = [
    ["Upgrade", [], [], "Upgrade does not say websocket"],
    ["Upgrade", ["Upgrade: h2c"], [], "Upgrade does not say websocket"],
    ["Connection", [], [], "Connection does not say Upgrade"],
    ["Connection", ["Connection: close"], [], "Connection does not say Upgrade"],
    ["Sec-WebSocket-Accept", [], [], "Sec-WebSocket-Accept is wrong"],
    ["Sec-WebSocket-Accept", ["Sec-WebSocket-Accept: "], [], "Sec-WebSocket-Accept is wrong"],
    ["Sec-WebSocket-Accept", [`Sec-WebSocket-Accept: ${sampleKey}`], [], "Sec-WebSocket-Accept is wrong"],
    [
      "Sec-WebSocket-Accept",
      [`Sec-WebSocket-Accept: ${sampleAccept.toLowerCase()}`],
      [],
      "Sec-WebSocket-Accept is wrong",
    ],
    [
      "Sec-WebSocket-Accept",
      [`Sec-WebSocket-Accept: ${sampleAccept}`, `Sec-WebSocket-Accept: ${sampleAccept}`],
      [],
      "Sec-WebSocket-Accept is wrong",
    ],
    ["X", ["Sec-WebSocket-Extensions: permessage-deflate"], [], "extension that was not offered"],
    ["X", ["Sec-WebSocket-Extensions: constructor"], [], "extension that was not offered"],
    ["X", ["Sec-WebSocket-Protocol: a"], [], "subprotocol that was not offered"],
    ["X", ["Sec-WebSocket-Protocol: __proto__"], [], "subprotocol that was not offered"],
    ["X", ["Sec-WebSocket-Protocol:"], [], "subprotocol that was not offered"],
    ["X", ["Sec-WebSocket-Protocol: A"], ["a"], "subprotocol that was not offered"],
    ["X", ["Sec-WebSocket-Protocol: a, b"], ["a", "b"], "subprotocol that was not offered"],
    [
      "X",
      ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"],
      ["a"],
      "subprotocol that was not offered",
    ],
    ["X", [], ["a"], "chose no subprotocol"],
  ];
  it.each(faults)("refuses %s as %j, having offered %j", (name, lines, offered, fault) => {
    const outcome = readResponse(headOf(replaced(responseLines, name, ...lines)), sampleKey, offered);
    expect(outcome).toMatchObject({ fault: expect.stringContaining(fault), status: 101 });
  });
});

describe("parseHeaderLines", () => {
  it("splits at the first colon and trims the value", () => {
    expect(parseHeaderLines(["X-A: b", "X-B:c:d", "X-C:", "X-D:   "])).toEqual([
      ["X-A", "b"],
      ["X-B", "c:d"],
      ["X-C", ""],
      ["X-D", ""],
    ]);
  });

  it.each([
    "",
    "X",
    ": b",
    "X : b",
    " X: b",
    "X Y: b",
    "X: a\r\nY: b",
    "X: a\nY: b",
    "X: a\rY: b",
    "X\r\nY: b",
    "X: a\0b",
    "Ä: b",
  ])("%j is no header line", (line) => {
    expect(() => parseHeaderLines([line])).toThrow(UsageError);
  });

  it("line ends around a value do not come through", () => {
    expect(parseHeaderLines(["X: a\r\n"])).toEqual([["X", "a"]]);
  });

  it.each([
    "Host",
    "upgrade",
    "CONNECTION",
    "Content-Length",
    "Transfer-Encoding",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Accept",
    "sec-websocket-version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
  ])("%s is the handshake's own", (name) => {
    expect(() => parseHeaderLines([`${name}: x`])).toThrow(`the handshake writes ${name} itself`);
  });
});

describe("checkProtocols", () => {
  it.each([[[]], [["a"]], [["a", "A", "b.c", "constructor", "__proto__"]]])("takes %j", (protocols) => {
    expect(() => checkProtocols(protocols)).not.toThrow();
  });

  it.each([
    [[""]],
    [["a b"]],
    [["a,b"]],
    [["a\r\nX: y"]],
    [["a", "b", "a"]],
    [["ä"]],
    [["a/b"]],
  ])("refuses %j", (protocols) => {
    expect(() => checkProtocols(protocols)).toThrow(UsageError);
  });
});

describe("the rules of Godot that these tests measure with", () => {
  it("refuse what Godot was seen to refuse", () => {
    const lists = responseText.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade");
    expect(godotClientTakes(responseText, sampleAccept, [])).toBe(true);
    expect(godotClientTakes(lists, sampleAccept, [])).toBe(false);
    expect(godotClientTakes(responseText.replace("\r\n\r\n", "\r\nX:\r\n\r\n"), sampleAccept, [])).toBe(
      false,
    );
    expect(godotClientTakes(responseText.replace("\r\n\r\n", "\r\nX: \r\n\r\n"), sampleAccept, [])).toBe(
      true,
    );
    const twice = responseText.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\n\r\n");
    expect(godotClientTakes(twice, sampleAccept, [])).toBe(false);
    expect(godotServerTakes(requestText, [])).toBe("");
    expect(godotServerTakes(requestText, ["a"])).toBeUndefined();
    expect(godotServerTakes(requestText.replace("HTTP/1.1", "HTTP/1.0"), [])).toBeUndefined();
    expect(godotServerTakes(requestText.replace("\r\n\r\n", `\r\nX: ${"y".repeat(4096)}\r\n\r\n`), [])).toBe(
      undefined,
    );
  });
});

describe("checkAcceptance", () => {
  const request = { protocols: ["chat"] } as unknown as UpgradeRequest;

  it("takes what was offered, and headers of the program's own", () => {
    expect(() => checkAcceptance(request, { protocol: "chat", headers: [["X-Room", "blue"]] })).not.toThrow();
    expect(() => checkAcceptance(request, {})).not.toThrow();
  });

  it("refuses what was not offered, and what the handshake writes itself", () => {
    expect(() => checkAcceptance(request, { protocol: "other" })).toThrow("did not offer");
    expect(() => checkAcceptance(request, { headers: [["Connection", "close"]] })).toThrow("itself");
  });
});
