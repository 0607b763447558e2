// RFC 7692 §7.1 as tables, and the extension within a handshake.

import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import {
  answerDeflateOffers,
  canCompress,
  type DeflateAgreement,
  formatDeflateOffer,
  type PerMessageDeflateOptions,
  readDeflateAnswer,
  resolveDeflate,
} from "../../src/protocol/deflate.ts";
import { parseExtensions } from "../../src/protocol/extensions.ts";

const settingsOf = (options: PerMessageDeflateOptions = {}) => resolveDeflate(options)!;
const offersOf = (text: string) => parseExtensions(text)!;

/** `server 15+, client 9-`: window, and whether the context is kept. */
function short({ server, client }: DeflateAgreement): string {
  const one = ({ windowBits, keepsContext }: DeflateAgreement["server"]): string =>
    `${windowBits}${keepsContext ? "+" : "-"}`;
  return `server ${one(server)}, client ${one(client)}`;
}

describe("resolveDeflate", () => {
  it("is off unless asked for", () => {
    expect(resolveDeflate(undefined)).toBeUndefined();
    expect(resolveDeflate(false)).toBeUndefined();
  });

  it("has defaults", () => {
    const defaults = {
      threshold: 1024,
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: undefined,
      clientMaxWindowBits: undefined,
      concurrency: 4,
    };
    expect(resolveDeflate(true)).toEqual(defaults);
    expect(resolveDeflate({})).toEqual(defaults);
    expect(resolveDeflate({ threshold: 0, serverMaxWindowBits: 9 })).toEqual({
      ...defaults,
      threshold: 0,
      serverMaxWindowBits: 9,
    });
  });

  it.each([
    { threshold: -1 },
    { threshold: 1.5 },
    { threshold: Number.NaN },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { serverMaxWindowBits: 8 },
    { serverMaxWindowBits: 16 },
    { clientMaxWindowBits: 8 },
    { clientMaxWindowBits: 16 },
    { clientMaxWindowBits: 9.5 },
  ])("refuses %o", (options) => {
    expect(() => resolveDeflate(options)).toThrow(UsageError);
  });
});

describe("a client's offer", () => {
  it.each<[PerMessageDeflateOptions, string]>([
    [{}, "permessage-deflate; client_max_window_bits"],
    [{ clientMaxWindowBits: 10 }, "permessage-deflate; client_max_window_bits=10"],
    [{ serverMaxWindowBits: 9 }, "permessage-deflate; server_max_window_bits=9; client_max_window_bits"],
    [
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
    ],
  ])("%o", (options, expected) => {
    expect(formatDeflateOffer(settingsOf(options))).toBe(expected);
  });
});

describe("a server's answer", () => {
  const answer = (offer: string, options?: PerMessageDeflateOptions): [string, string] | undefined => {
    const found = answerDeflateOffers(offersOf(offer), settingsOf(options));
    return found && [found.header, short(found.agreement)];
  };

  it.each<[string, PerMessageDeflateOptions, string, string]>([
    ["permessage-deflate", {}, "permessage-deflate", "server 15+, client 15+"],
    ["permessage-deflate; client_max_window_bits", {}, "permessage-deflate", "server 15+, client 15+"],
    [
      "permessage-deflate; client_max_window_bits=10",
      {},
      "permessage-deflate; client_max_window_bits=10",
      "server 15+, client 10+",
    ],
    [
      "permessage-deflate; client_max_window_bits=8",
      {},
      "permessage-deflate; client_max_window_bits=8",
      "server 15+, client 8+",
    ],
    [
      'permessage-deflate; server_max_window_bits="12"',
      {},
      "permessage-deflate; server_max_window_bits=12",
      "server 12+, client 15+",
    ],
    [
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      {},
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      "server 15-, client 15-",
    ],
    [
      "permessage-deflate; client_max_window_bits",
      {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 11,
        clientMaxWindowBits: 10,
      },
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=10",
      "server 11-, client 10-",
    ],
    // The smaller of what both want.
    [
      "permessage-deflate; client_max_window_bits=9; server_max_window_bits=10",
      { serverMaxWindowBits: 12, clientMaxWindowBits: 12 },
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
      "server 10+, client 9+",
    ],
    [
      "permessage-deflate; client_max_window_bits=14; server_max_window_bits=14",
      { serverMaxWindowBits: 12, clientMaxWindowBits: 12 },
      "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
      "server 12+, client 12+",
    ],
    ["permessage-deflate", { clientMaxWindowBits: 15 }, "permessage-deflate", "server 15+, client 15+"],
    // The first that suits.
    [
      "foo, permessage-deflate; server_max_window_bits=8, permessage-deflate; bar, permessage-deflate; server_max_window_bits=9, permessage-deflate",
      {},
      "permessage-deflate; server_max_window_bits=9",
      "server 9+, client 15+",
    ],
  ])("%s with %o", (offer, options, header, agreement) => {
    expect(answer(offer, options)).toEqual([header, agreement]);
  });

  it.each([
    "foo",
    "Permessage-Deflate",
    "x-webkit-deflate-frame",
    "permessage-deflate; foo",
    "permessage-deflate; __proto__",
    "permessage-deflate; constructor=1",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
    "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=8",
    "permessage-deflate; Server_Max_Window_Bits=10",
  ])("declines %s", (offer) => {
    expect(answer(offer)).toBeUndefined();
  });

  it("declines a client whose window it could not make as small as it wants", () => {
    expect(answer("permessage-deflate", { clientMaxWindowBits: 14 })).toBeUndefined();
  });

  const written = [...Array(100).keys()]
    .map(String)
    .concat("08", "09", "010", "015", "+9", "-9", "9.0", "1e1", "0xa", "9x");
  it.each(written)("a window of %s", (bits) => {
    const isRight = /^(8|9|1[0-5])$/.test(bits);
    const server = answer(`permessage-deflate; server_max_window_bits=${bits}`);
    expect(server !== undefined).toBe(isRight && bits !== "8");
    expect(answer(`permessage-deflate; client_max_window_bits=${bits}`) !== undefined).toBe(isRight);
  });
});

describe("what a client makes of the answer", () => {
  const read = (text: string, options?: PerMessageDeflateOptions): string => {
    const agreement = readDeflateAnswer(offersOf(text), settingsOf(options));
    return typeof agreement === "string" ? agreement : short(agreement);
  };

  it.each<[string, PerMessageDeflateOptions, string]>([
    ["permessage-deflate", {}, "server 15+, client 15+"],
    ["permessage-deflate; server_max_window_bits=8", {}, "server 8+, client 15+"],
    ["permessage-deflate; client_max_window_bits=9", {}, "server 15+, client 9+"],
    ["permessage-deflate; client_max_window_bits=8", {}, "server 15+, client 8+"],
    ["permessage-deflate; server_no_context_takeover", {}, "server 15-, client 15+"],
    ["permessage-deflate; client_no_context_takeover", {}, "server 15+, client 15-"],
    ["permessage-deflate; server_max_window_bits=10", { serverMaxWindowBits: 10 }, "server 10+, client 15+"],
    ["permessage-deflate; server_max_window_bits=9", { serverMaxWindowBits: 10 }, "server 9+, client 15+"],
    [
      "permessage-deflate; server_no_context_takeover",
      { serverNoContextTakeover: true },
      "server 15-, client 15+",
    ],
    // A client keeps to what it said of itself, even if the server does not repeat it.
    [
      "permessage-deflate",
      { clientNoContextTakeover: true, clientMaxWindowBits: 10 },
      "server 15+, client 10-",
    ],
    ["permessage-deflate; client_max_window_bits=9", { clientMaxWindowBits: 10 }, "server 15+, client 9+"],
  ])("%s after %o", (answer, options, expected) => {
    expect(read(answer, options)).toBe(expected);
  });

  it.each<[string, PerMessageDeflateOptions]>([
    ["foo", {}],
    ["permessage-deflate, permessage-deflate", {}],
    ["permessage-deflate, foo", {}],
    ["permessage-deflate; foo", {}],
    ["permessage-deflate; __proto__=1", {}],
    ["permessage-deflate; client_max_window_bits", {}],
    ["permessage-deflate; server_max_window_bits", {}],
    ["permessage-deflate; server_max_window_bits=7", {}],
    ["permessage-deflate; server_max_window_bits=16", {}],
    ["permessage-deflate; server_max_window_bits=09", {}],
    ["permessage-deflate; client_max_window_bits=16", {}],
    ["permessage-deflate; server_no_context_takeover=0", {}],
    ["permessage-deflate; client_no_context_takeover; client_no_context_takeover", {}],
    ["permessage-deflate", { serverNoContextTakeover: true }],
    ["permessage-deflate", { serverMaxWindowBits: 10 }],
    ["permessage-deflate; server_max_window_bits=11", { serverMaxWindowBits: 10 }],
    ["permessage-deflate; client_max_window_bits=11", { clientMaxWindowBits: 10 }],
  ])("fails over %s after %o", (answer, options) => {
    expect(read(answer, options)).toMatch(/extension|permessage-deflate/);
  });
});

it("a window of 8 is one we can read and not write", () => {
  expect(canCompress({ windowBits: 8, keepsContext: true })).toBe(false);
  expect(canCompress({ windowBits: 9, keepsContext: true })).toBe(true);
});
