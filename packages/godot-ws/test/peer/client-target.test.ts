import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import {
  type ClientTargetOptions,
  createClientTarget,
  redirectTarget,
} from "../../src/peer/client-target.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString("base64")}`;
const target = (url: string, options: ClientTargetOptions = {}, headers = ["X-Token: 1"]) =>
  createClientTarget(url, ["a"], headers, options);

describe("createClientTarget", () => {
  test("address, subprotocols, headers, and the URL's user as one of them", () => {
    const tls = TLSOptions.clientUnsafe();
    expect(target("wss://us%C3%A9r:p%3Aw@Example.com/x?y#z", { tls })).toMatchObject({
      href: "wss://example.com/x?y",
      hostname: "example.com",
      port: 443,
      secure: true,
      path: "/x?y",
      protocols: ["a"],
      headers: [
        ["X-Token", "1"],
        ["Authorization", basic("usér:p:w")],
      ],
      tls,
      proxy: undefined,
    });
  });

  test.each([
    [
      "http://proxy.example:3128",
      { hostname: "proxy.example", port: 3128, authorization: undefined, name: "http://proxy.example:3128" },
    ],
    ["http://proxy.example", { port: 80, name: "http://proxy.example" }],
    ["http://[::1]:3128/", { hostname: "::1", name: "http://[::1]:3128" }],
    ["http://us%C3%A9r:p%3Aw@p:1", { hostname: "p", authorization: basic("usér:p:w"), name: "http://p:1" }],
    ["http://user@p:1", { authorization: basic("user:"), name: "http://p:1" }],
  ])("proxy %s", (proxy, wanted) => {
    expect(target("ws://h", { proxy }).proxy).toMatchObject(wanted);
  });

  test.each([
    "",
    "p:1",
    "socks5://p:1",
    "https://p:1",
    "http://",
    "http://p:1/path",
    "http://p:1/?q",
    "http://p:99999",
    "http://%zz@p:1",
  ])("proxy %j is none, and the error does not repeat it: it may hold a password", (proxy) => {
    const make = () => target("ws://h", { proxy });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/^proxy is not http:\/\/host:port$/);
  });

  test("a server's TLSOptions, a bad URL, header or subprotocol are refused", () => {
    expect(() => target("http://h")).toThrow(UsageError);
    expect(() => target("ws://h", {}, ["no header"])).toThrow(UsageError);
    expect(() => createClientTarget("ws://h", ["a b"], [], {})).toThrow(UsageError);
  });
});

describe("redirectTarget", () => {
  const from = target("ws://user:pw@a.example:9080/rooms/blue?x=1");
  const to = (location: string, origin = from) => redirectTarget(origin, location);

  test.each([
    ["/elsewhere", "ws://a.example:9080/elsewhere"],
    ["red?y=2", "ws://a.example:9080/rooms/red?y=2"],
    ["//b.example/x", "ws://b.example/x"],
    ["ws://b.example:1/x#y", "ws://b.example:1/x"],
    ["http://b.example/x", "ws://b.example/x"],
    ["HTTPS://b.example/x", "wss://b.example/x"],
    ["wss://u:p@a.example/x", "wss://a.example/x"],
  ])("%s leads to %s", (location, href) => {
    expect(to(location)?.href).toBe(href);
  });

  test("only the same host and port gets the headers", () => {
    expect(to("/x")?.headers).toEqual(from.headers);
    expect(to("wss://a.example:9080/")?.headers).toEqual(from.headers);
    for (const location of [
      "ws://b.example:9080/",
      "ws://a.example/",
      "ws://a.example:9081/",
      "ws://x:y@b.example/",
      "ws://sub.a.example:9080/",
    ]) {
      expect(to(location)?.headers, location).toEqual([]);
    }
    expect(to("wss://a.example/", target("ws://u:p@a.example/"))?.headers).toHaveLength(2);
  });

  test("everything else goes along", () => {
    const tls = TLSOptions.clientUnsafe();
    const first = target("ws://a", { tls, proxy: "http://p:1" });
    expect(to("wss://b", first)).toMatchObject({
      tls,
      proxy: first.proxy,
      protocols: ["a"],
      secure: true,
      port: 443,
    });
  });

  test("never from wss to ws, nor out of the web", () => {
    const secure = target("wss://a.example/");
    expect(to("wss://b.example/", secure)?.secure).toBe(true);
    expect(to("/x", secure)?.secure).toBe(true);
    for (const location of ["ws://a.example/", "http://a.example/"])
      expect(to(location, secure), location).toBeUndefined();
    for (const location of [
      "file:///etc/passwd",
      "ftp://a/",
      "javascript:1",
      "data:,x",
      "ws://",
      "http://a:99999/",
    ]) {
      expect(to(location), location).toBeUndefined();
    }
  });
});
