import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { type ClientAddressOptions, clientAddress } from "../../src/peer/client-address.ts";
import { HttpHeaders } from "../../src/protocol/http-head.ts";
import { AddressSet } from "../../src/protocol/ip-address.ts";

const proxy = "10.0.0.1";
const client = "203.0.113.7";
const trustedProxies = ["10.0.0.0/8", "fd00::/8"];

function addressOf(
  fields: Record<string, string>,
  options: ClientAddressOptions = { trustedProxies },
  from = proxy,
) {
  return clientAddress({ headers: new HttpHeaders(Object.entries(fields)) }, from, options);
}

const byList = (value: string) => addressOf({ "X-Forwarded-For": value });
const byForwarded = (value: string) =>
  addressOf({ Forwarded: value }, { trustedProxies, header: "forwarded" });

describe("clientAddress", () => {
  test("trusts nobody by default", () => {
    expect(addressOf({ "X-Forwarded-For": client, Forwarded: `for=${client}` }, {})).toBe(proxy);
    expect(addressOf({ "X-Forwarded-For": client, Forwarded: `for=${client}` }, undefined, "192.0.2.1")).toBe(
      "192.0.2.1",
    );
  });

  test("the socket's address in one form, also where it is none", () => {
    expect(addressOf({}, {}, "::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(addressOf({}, {}, "memory:1")).toBe("memory:1");
  });

  test("takes ranges that were read before", () => {
    expect(addressOf({ "X-Forwarded-For": client }, { trustedProxies: new AddressSet(trustedProxies) })).toBe(
      client,
    );
    expect(() => addressOf({}, { trustedProxies: ["10.0.0.0/99"] })).toThrow(UsageError);
  });

  test("a proxy on IPv4 in IPv6 is the same proxy", () => {
    expect(addressOf({ "X-Forwarded-For": client }, { trustedProxies }, "::ffff:10.0.0.1")).toBe(client);
  });

  test("reads only the header it is told to: the other one is the client's own", () => {
    const both = { "X-Forwarded-For": client, Forwarded: "for=6.6.6.6" };
    expect(addressOf(both)).toBe(client);
    expect(addressOf(both, { trustedProxies, header: "forwarded" })).toBe("6.6.6.6");
    expect(addressOf({ Forwarded: "for=6.6.6.6" })).toBe(proxy);
  });
});

describe("X-Forwarded-For", () => {
  test.each([
    ["one hop", client, client],
    ["blanks", `  ${client}\t`, client],
    ["what the client made up stands to the left", `6.6.6.6, ${client}`, client],
    ["through several proxies of ours", `6.6.6.6, ${client}, 10.0.0.2,10.0.0.3`, client],
    ["a proxy of ours by IPv6", `${client}, fd00::5`, client],
    ["only our own: the first of them", "10.0.0.9, 10.0.0.2", "10.0.0.9"],
    ["IPv6", "2001:DB8::0007", "2001:db8::7"],
    ["IPv6 in brackets", "[2001:db8::7]", "2001:db8::7"],
    ["IPv6 in brackets with a port", "[2001:db8::7]:4711", "2001:db8::7"],
    ["IPv4 with a port", `${client}:4711`, client],
    ["IPv4 in IPv6", `::ffff:${client}`, client],
  ])("%s", (_, value, wanted) => {
    expect(byList(value)).toBe(wanted);
  });

  test.each([
    "",
    ",",
    ", ,",
    "unknown",
    "localhost",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.4, ",
    "1.2.3.4,x",
    "[1.2.3.4",
    "[::1",
    "::1]:80",
    "1.2.3.4:",
    "1.2.3.4:123456",
    "<script>",
    '"1.2.3.4"',
    "fe80::1%eth0",
    "x".repeat(15_000),
  ])("%j leads to the proxy itself", (value) => {
    expect(byList(value)).toBe(proxy);
  });

  test("a hop that is no address bars the way to what is left of it", () => {
    expect(byList(`${client}, garbage, 10.0.0.2`)).toBe("10.0.0.2");
  });

  test("goes no further than 32 proxies", () => {
    const long = [client, ...Array.from({ length: 40 }, (_, i) => `10.0.1.${i}`)].join(", ");
    expect(byList(long)).toBe("10.0.1.8");
    expect(byList([client, ...Array(31).fill("10.0.1.1")].join())).toBe(client);
  });

  test("several fields are one list", () => {
    const headers = new HttpHeaders([
      ["X-Forwarded-For", "6.6.6.6"],
      ["x-forwarded-for", client],
    ]);
    expect(clientAddress({ headers }, proxy, { trustedProxies })).toBe(client);
  });
});

describe("Forwarded", () => {
  test.each([
    ["one element", `for=${client}`, client],
    [
      "any case, other pairs, blanks",
      `By=x;FOR=${client} ; proto=https , for=10.0.0.2;host="a.example"`,
      client,
    ],
    ["IPv6", 'for="[2001:db8::7]"', "2001:db8::7"],
    ["IPv6 with a port", 'for="[2001:db8::7]:4711"', "2001:db8::7"],
    ["IPv4 with a port", `for="${client}:4711"`, client],
    ["escapes in a quoted string", `for="203.0.113\\.7"`, client],
    ["what the client made up stands to the left", `for=6.6.6.6, for=${client}`, client],
    ["even when it is malformed", `for="6.6.6.6, for=${client}`, client],
    ["a pair inside a quoted one is none", `host="x;for=6.6.6.6;y";for=${client}`, client],
  ])("%s", (_, value, wanted) => {
    expect(byForwarded(value)).toBe(wanted);
  });

  test.each([
    "",
    ",",
    ";",
    "for",
    "for=",
    "for=unknown",
    "for=_hidden",
    "proto=https",
    `for ${client}`,
    `for="${client}`,
    `for=${client}"`,
    `for=${client} x`,
    `for=${client};;`,
    `for=::1`,
    `by=${client}`,
    `xfor=${client}`,
    `for="${client};host=\\"`,
    `for=1.2.3.4;host="a,for=6.6.6.6"`,
    `for=1.2.3.4;host="a,for=6.6.6.6,b"`,
  ])("%j leads to the proxy itself", (value) => {
    expect(byForwarded(value)).toBe(proxy);
  });

  test("takes a hostile value in linear time", () => {
    for (const value of [
      `for="${"\\".repeat(15_000)}`,
      "a=b;".repeat(4000),
      "for=1;".repeat(3000),
      '"'.repeat(15_000),
    ]) {
      expect(byForwarded(value)).toBe(proxy);
    }
  });
});
