import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { ServerRelay } from "../../src/multiplayer/relay.ts";
import { SystemPackets } from "../../src/multiplayer/system-packets.ts";

/** What is done with the packets, as text: `"+5"`, `"-5"`, `"5:03ab"` carried out, `"2!fault"`, `"3<07…"` sent. */
function createSystem(ownId: number, relays = true) {
  const log: string[] = [];
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const relay = new ServerRelay({
    peers: new Set([2, 3, 4]),
    multicast(packet, targets) {
      for (const target of targets) log.push(`${target}<${hex(packet)}`);
    },
  });
  const system = new SystemPackets(relay, {
    ownId: () => ownId,
    relays: () => relays,
    carryOut: (source, packet) => log.push(`${source}:${hex(packet)}`),
    add: (peer) => log.push(`+${peer}`),
    remove: (peer) => log.push(`-${peer}`),
    rejected: (peer, fault) => log.push(`${peer}!${fault}`),
  });
  return (sender: number, packet: string): string[] => {
    system.receive(sender, new Uint8Array(Buffer.from(packet.replaceAll(" ", ""), "hex")));
    return log.splice(0);
  };
}

describe("at a server", () => {
  test.each([
    ["RELAY to one", "0703 03000000 03ab", ["3<07030200000003ab"]],
    ["RELAY to all", "0703 00000000 03ab", ["3<07030200000003ab", "4<07030200000003ab", "2:03ab"]],
    [
      "a nested SYS",
      "0703 00000000 0701",
      ["3<0703020000000701", "4<0703020000000701", "2!nested system packet"],
    ],
    ["ADD_PEER", "0701 09000000", ["2!not allowed"]],
    ["DEL_PEER", "0702 03000000", ["2!not allowed"]],
    ["AUTH with nothing", "0700", []],
    ["AUTH with something", "0700 01", ["2!not allowed"]],
    ["sub-command 4", "0704 00000000 00", ["2!unknown command"]],
    ["half a packet", "0701 0900", ["2!too short"]],
  ])("%s", (_, packet, expected) => {
    expect(createSystem(1)(2, packet)).toEqual(expected);
  });
});

test("what nobody's buffer takes is the sender's fault; other errors are not", () => {
  const forward = (error: Error): string[] => {
    const log: string[] = [];
    const multicast = (): never => {
      throw error;
    };
    const never = (): never => expect.fail("nothing is to be done");
    const system = new SystemPackets(new ServerRelay({ peers: new Set([2, 3]), multicast }), {
      ownId: () => 1,
      relays: () => true,
      carryOut: never,
      add: never,
      remove: never,
      rejected: (peer, fault) => log.push(`${peer}!${fault}`),
    });
    system.receive(2, Uint8Array.of(7, 3, 0, 0, 0, 0, 3, 1));
    return log;
  };
  expect(forward(new LimitError("ERR_OUT_OF_MEMORY", "too large"))).toEqual(["2!too large"]);
  expect(() => forward(new Error("bug"))).toThrow("bug");
});

describe("at a client", () => {
  test.each([
    ["ADD_PEER", 1, "0701 09000000", ["+9"]],
    ["DEL_PEER", 1, "0702 09000000", ["-9"]],
    ["ADD_PEER of ourselves", 1, "0701 07000000", ["1!not allowed"]],
    ["ADD_PEER of the server", 1, "0701 01000000", ["1!not allowed"]],
    ["ADD_PEER of nobody", 1, "0701 00000000", ["1!not allowed"]],
    ["ADD_PEER of a negative id", 1, "0701 feffffff", ["1!not allowed"]],
    ["DEL_PEER of the server", 1, "0702 01000000", ["1!not allowed"]],
    ["ADD_PEER of another client", 9, "0701 05000000", ["9!not allowed"]],
    ["RELAY", 1, "0703 09000000 03ab", ["9:03ab"]],
    ["RELAY of another client", 9, "0703 01000000 03ab", ["9!not allowed"]],
    ["RELAY that claims to be from ourselves", 1, "0703 07000000 03ab", ["1!not allowed"]],
    ["RELAY from nobody", 1, "0703 00000000 03ab", ["1!not allowed"]],
    ["RELAY from a negative id", 1, "0703 feffffff 03ab", ["1!not allowed"]],
  ])("%s", (_, sender, packet, expected) => {
    expect(createSystem(7)(sender, packet)).toEqual(expected);
  });

  test("without relay nothing of it is taken", () => {
    const receive = createSystem(7, false);
    for (const packet of ["0701 09000000", "0703 09000000 03ab"])
      expect(receive(1, packet)).toEqual(["1!relay is off"]);
  });
});
