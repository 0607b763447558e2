import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { allowOrigins, chooseProtocol, requireAll, sameOrigin } from "../../src/peer/request-handlers.ts";
import type { RequestHandler } from "../../src/peer/websocket-options.ts";
import type { UpgradeRequest } from "../../src/protocol/handshake.ts";
import { HttpHeaders } from "../../src/protocol/http-head.ts";

function request(fields: Record<string, string>, protocols: string[] = []): UpgradeRequest {
  const headers = new HttpHeaders(Object.entries({ host: "example.com:9080", ...fields }));
  return { target: "/", path: "/", headers, protocols, key: "" } as unknown as UpgradeRequest;
}

/** Whether a page from there gets through. */
const admits = (handler: RequestHandler, origin: string, host = "example.com:9080"): boolean =>
  !("status" in handler(request({ origin, host })));

describe("allowOrigins", () => {
  test("an exact origin, in any case, with its port where that is not the scheme's own", () => {
    const handler = allowOrigins(["https://Example.com", "http://localhost:8060", "http://[::1]:80"]);
    const good = [
      "https://example.com",
      "HTTPS://EXAMPLE.COM",
      "https://example.com:443",
      "http://localhost:8060",
      "http://[::1]",
    ];
    for (const origin of good) expect(admits(handler, origin), origin).toBe(true);
    const bad = [
      "http://example.com",
      "https://example.com:8443",
      "https://example.com.",
      "https://www.example.com",
      "example.com",
      "https://example.com.evil.example",
      "https://evil.example/https://example.com",
      "https://example.com/",
      "https://example.com?",
      "https://user@example.com",
      "https://example.com:443:443",
      "https://example.com, https://evil.example",
      "null",
      "",
      "https://example.com https://evil.example",
      "https://exámple.com",
      "http://localhost",
      "http://localhost:08060",
      "http://localhost:80600",
      "https://",
      "://",
      `https://${"x".repeat(10_000)}.com`,
    ];
    for (const origin of bad) expect(admits(handler, origin), origin).toBe(false);
  });

  test("https://*.example.com: every host below, with that scheme and port", () => {
    const handler = allowOrigins(["https://*.example.com"]);
    for (const origin of ["https://a.example.com", "https://a.b.example.com", "https://A.EXAMPLE.com:443"]) {
      expect(admits(handler, origin), origin).toBe(true);
    }
    for (const origin of [
      "https://example.com",
      "https://evilexample.com",
      "https://.example.com.evil.example",
      "http://a.example.com",
      "https://a.example.com:8443",
      "https://a.example.com.evil.example",
      "https://evil.example/.example.com",
    ]) {
      expect(admits(handler, origin), origin).toBe(false);
    }
    expect(admits(allowOrigins(["https://*.example.com:8443"]), "https://a.example.com:8443")).toBe(true);
  });

  test("*.example.com: by http and https, no other scheme", () => {
    const handler = allowOrigins(["*.example.com"]);
    const verdicts = [
      "http://a.example.com",
      "https://a.example.com",
      "ftp://a.example.com",
      "http://a.example.com:81",
      "http://example.com",
    ];
    expect(verdicts.map((origin) => admits(handler, origin))).toEqual([true, true, false, false, false]);
  });

  test("null, and what is not of the web, only when listed", () => {
    const handler = allowOrigins(["null", "app://game"]);
    const verdicts = ["null", "app://game", "app://other", "null, null"];
    expect(verdicts.map((origin) => admits(handler, origin))).toEqual([true, true, false, false]);
  });

  test("an empty list admits no page", () => {
    expect(admits(allowOrigins([]), "https://example.com")).toBe(false);
  });

  test("refuses by 403 with a reason", () => {
    const answer = allowOrigins(["https://example.com"])(request({ origin: "https://evil.example" }));
    expect(answer).toEqual({ status: 403, reason: "this origin is not allowed" });
  });

  test("without Origin: passes, unless one is required", () => {
    expect(allowOrigins(["https://example.com"])(request({}))).toEqual({});
    const strict = allowOrigins(["https://example.com"], { requireOrigin: true });
    expect(strict(request({}))).toEqual({ status: 403, reason: "an Origin is needed" });
    expect(admits(strict, "https://example.com")).toBe(true);
  });

  test.each([
    "",
    "example.com",
    "https://example.com/",
    "https://",
    "*",
    "https://*",
    "*.*.example.com",
    "https://a.*.com",
    "https://exámple.com",
    "https://u@example.com",
  ])("%j is no entry", (entry) => {
    expect(() => allowOrigins([entry])).toThrow(UsageError);
  });
});

describe("sameOrigin", () => {
  test.each([
    ["http://example.com:9080", "example.com:9080", true],
    ["https://example.com:9080", "Example.com:9080", true],
    ["https://example.com", "example.com", true],
    ["https://example.com", "example.com:443", true],
    ["http://example.com", "example.com:80", true],
    ["http://[::1]:9080", "[::1]:9080", true],
    ["http://example.com", "example.com:9080", false],
    ["http://example.com", "example.com:443", false],
    ["http://evil.example:9080", "example.com:9080", false],
    ["app://example.com:9080", "example.com:9080", false],
    ["null", "example.com:9080", false],
    ["null", "null", false],
    ["http://a", "a/b", false],
    ["http://a", "b@a", false],
  ])("%s asks %s: %s", (origin, host, wanted) => {
    expect(admits(sameOrigin(), origin, host)).toBe(wanted);
  });

  test("without Origin: passes, unless one is required", () => {
    expect(sameOrigin()(request({}))).toEqual({});
    expect(sameOrigin({ requireOrigin: true })(request({}))).toMatchObject({ status: 403 });
  });
});

describe("chooseProtocol", () => {
  test("the client's first that is supported, or none", () => {
    const choose = chooseProtocol(["b", "a"]);
    expect(choose(request({}, ["c", "a", "b"]))).toEqual({ protocol: "a" });
    expect(choose(request({}, ["c"]))).toEqual({ status: 400, reason: "a subprotocol is needed: b, a" });
    expect(choose(request({}))).toMatchObject({ status: 400 });
    expect(chooseProtocol([])(request({}, ["c"]))).toEqual({});
  });
});

describe("requireAll", () => {
  const refusal = { status: 401, reason: "who are you?" };

  test("accepts at once when all do at once, with all headers and the last subprotocol", () => {
    const handler = requireAll(
      () => ({ protocol: "a", headers: [["X-One", "1"]] }),
      () => ({ headers: [["X-Two", "2"]] }),
      () => ({ protocol: "b" }),
      () => ({}),
    );
    const headers = [
      ["X-One", "1"],
      ["X-Two", "2"],
    ];
    expect(handler(request({}))).toEqual({ protocol: "b", headers });
    expect(requireAll()(request({}))).toEqual({});
  });

  test("the first refusal counts, and nobody is asked behind it", () => {
    let asked = 0;
    const handler = requireAll(
      () => ({}),
      () => refusal,
      () => {
        asked++;
        return {};
      },
    );
    expect(handler(request({}))).toBe(refusal);
    expect(asked).toBe(0);
  });

  test("waits for those who take their time, in order", async () => {
    const log: string[] = [];
    const slow = (name: string, answer: ReturnType<RequestHandler>) => async () => {
      log.push(`${name} asked`);
      await new Promise(setImmediate);
      log.push(`${name} answered`);
      return answer;
    };
    const accepting = requireAll(
      slow("a", {}),
      chooseProtocol(["x"]),
      slow("b", { headers: [["X-B", "1"]] }),
    );
    expect(await accepting(request({}, ["x"]))).toEqual({ protocol: "x", headers: [["X-B", "1"]] });
    expect(log).toEqual(["a asked", "a answered", "b asked", "b answered"]);
    expect(await requireAll(slow("c", refusal), slow("d", {}))(request({}))).toBe(refusal);
    expect(log).not.toContain("d asked");
    await expect(
      requireAll(slow("e", {}), () => Promise.reject(new Error("no")))(request({})),
    ).rejects.toThrow("no");
  });
});
