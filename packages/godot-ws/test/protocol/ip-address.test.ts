import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { AddressSet, formatAddress, parseAddress } from "../../src/protocol/ip-address.ts";

const canonical = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && formatAddress(address);
};

describe("an address", () => {
  test.each([
    ["1.2.3.4", "1.2.3.4"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8::1:0:0:0", "2001:db8:0:0:1::"],
    ["10:0:0:1:2:3:4:5", "10::1:2:3:4:5"],
    ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
    ["0001:02:003:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:102:304", "1.2.3.4"],
    ["0000:0000:0000:0000:0000:ffff:192.168.100.200", "192.168.100.200"],
  ])("%s is %s", (text, wanted) => {
    expect(canonical(text)).toBe(wanted);
  });

  test.each([
    "",
    " ",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.",
    "1.2.3.-4",
    "0x7f.0.0.1",
    "2130706433",
    "1.2.3.4 ",
    "1.2.3.4:80",
    "[::1]",
    ":",
    ":::",
    "::1::",
    "1::2::3",
    ":1",
    "1:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::12345",
    "::g",
    "fe80::1%eth0",
    "::1.2.3.256",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "localhost",
    "١.2.3.4",
    `::${"0".repeat(100)}1`,
  ])("%j is none", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe("AddressSet", () => {
  test.each([
    [
      "10.0.0.0/8",
      ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
      ["11.0.0.0", "9.255.255.255", "::a00:0", "x"],
    ],
    ["192.168.1.128/25", ["192.168.1.128", "192.168.1.255"], ["192.168.1.127", "192.168.2.128"]],
    ["0.0.0.0/0", ["1.2.3.4"], ["::1"]],
    ["1.2.3.4", ["1.2.3.4"], ["1.2.3.5"]],
    ["1.2.3.4/31", ["1.2.3.4", "1.2.3.5"], ["1.2.3.6", "1.2.3.3"]],
    ["fd00::/8", ["fd12::1", "fdff::"], ["fe00::", "fc00::"]],
    ["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::"]],
    ["::ffff:10.0.0.0/104", ["10.9.9.9"], ["11.0.0.0"]],
    ["::1", ["::1", "0:0::1"], ["::2", "127.0.0.1"]],
  ])("%s", (entry, inside, outside) => {
    const set = new AddressSet([entry]);
    for (const address of inside) expect(set.has(address), address).toBe(true);
    for (const address of outside) expect(set.has(address), address).toBe(false);
  });

  test("of several has what one of them has; an empty one has nothing", () => {
    const set = new AddressSet(["10.0.0.0/8", "::1"]);
    expect([set.has("10.0.0.1"), set.has("::1"), set.has("::2")]).toEqual([true, true, false]);
    expect(new AddressSet([]).has("127.0.0.1")).toBe(false);
  });

  test.each([
    "",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/8.0",
    "10/8",
    "::/129",
    "::ffff:1.2.3.4/8",
    "*",
  ])("%j is a mistake of the caller's", (entry) => {
    expect(() => new AddressSet([entry])).toThrow(UsageError);
  });
});
