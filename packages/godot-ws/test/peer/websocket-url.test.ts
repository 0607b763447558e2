import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { parseWebSocketUrl } from "../../src/peer/websocket-url.ts";

describe("parseWebSocketUrl", () => {
  test.each([
    ["ws://example.com", "example.com", 80, false, "example.com", "/"],
    ["wss://example.com", "example.com", 443, true, "example.com", "/"],
    ["example.com/x", "example.com", 80, false, "example.com", "/x"],
    ["localhost:9080", "localhost", 9080, false, "localhost:9080", "/"],
    ["127.0.0.1:9080/rooms/blue", "127.0.0.1", 9080, false, "127.0.0.1:9080", "/rooms/blue"],
    ["WS://EXAMPLE.com:80/", "example.com", 80, false, "example.com", "/"],
    ["ws://example.com:443/", "example.com", 443, false, "example.com:443", "/"],
    ["wss://example.com:443/", "example.com", 443, true, "example.com", "/"],
    ["wss://example.com:80/", "example.com", 80, true, "example.com:80", "/"],
    ["ws://[::1]:8080/x", "::1", 8080, false, "[::1]:8080", "/x"],
    ["[::1]:8080", "::1", 8080, false, "[::1]:8080", "/"],
    // Godot would take the query for a part of the host.
    ["ws://example.com?x=1", "example.com", 80, false, "example.com", "/?x=1"],
    ["ws://example.com/a/b?c=d&e#f", "example.com", 80, false, "example.com", "/a/b?c=d&e"],
    ["ws://example.com/a b", "example.com", 80, false, "example.com", "/a%20b"],
    ["ws://bücher.example/", "xn--bcher-kva.example", 80, false, "xn--bcher-kva.example", "/"],
  ])("%s", (text, hostname, port, secure, host, path) => {
    expect(parseWebSocketUrl(text)).toMatchObject({ hostname, port, secure, host, path, credentials: "" });
  });

  test("href is the address without fragment and credentials", () => {
    expect(parseWebSocketUrl("Example.com:80/a?b#c").href).toBe("ws://example.com/a?b");
    expect(parseWebSocketUrl("wss://u:p@[::1]:9/").href).toBe("wss://[::1]:9/");
  });

  test("user and password are kept apart, decoded", () => {
    expect(parseWebSocketUrl("ws://anna:s%3Acret@example.com/").credentials).toBe("anna:s:cret");
    expect(parseWebSocketUrl("ws://anna@example.com/").credentials).toBe("anna:");
  });

  test.each([
    "http://example.com/",
    "https://example.com/",
    "ftp://example.com",
    "wsx://example.com",
    "",
    "ws://",
    "ws://example.com:99999/",
    "ws://example.com:port/",
    "::1:8080",
    "ws://exa mple.com/",
    "ws://[::1/",
  ])("refuses %j", (text) => {
    expect(() => parseWebSocketUrl(text)).toThrow(UsageError);
    expect(() => parseWebSocketUrl(text)).toThrow(expect.objectContaining({ code: "ERR_INVALID_PARAMETER" }));
  });

  test("no address makes it throw anything else", () => {
    for (const text of [
      "ws://%zz@h/",
      "ws://u:%e0%80@h/",
      "ws://h/%zz",
      "\u0000",
      "ws://h/\r\nX: y",
      "//h",
    ]) {
      try {
        const { path, host } = parseWebSocketUrl(text);
        expect(`${path}${host}`).not.toMatch(/[\r\n ]/);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }
  });
});
