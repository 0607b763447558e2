import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { mustBeClient, TLSOptions } from "../../src/peer/tls-options.ts";
import { createAuthority, issueCertificate } from "../support/certificates.ts";

const authority = createAuthority();
const { certificate, key } = issueCertificate({ names: ["localhost"] });
const other = issueCertificate({ names: ["b.example"] });
const server = (options = {}) => TLSOptions.server(key, certificate, options);

describe("TLSOptions", () => {
  test("a client's, as Godot's readers tell it", () => {
    const options = TLSOptions.client(authority.certificate, "b.example");
    expect([options.isServer(), options.isUnsafeClient()]).toEqual([false, false]);
    expect([options.trustedCaChain, options.commonNameOverride]).toEqual([
      authority.certificate,
      "b.example",
    ]);
    expect([options.ownCertificate, options.privateKey]).toEqual([undefined, undefined]);
    expect([TLSOptions.client().trustedCaChain, TLSOptions.client().commonNameOverride]).toEqual([
      undefined,
      "",
    ]);
  });

  test("an unsafe client's", () => {
    const options = TLSOptions.clientUnsafe(authority.certificate);
    expect([options.isServer(), options.isUnsafeClient()]).toEqual([false, true]);
    expect(options.trustedCaChain).toBe(authority.certificate);
    expect(TLSOptions.clientUnsafe().trustedCaChain).toBeUndefined();
  });

  test("a server's, from octets too", () => {
    const bytes = new TextEncoder().encode(certificate);
    const options = TLSOptions.server(key, bytes);
    expect([options.isServer(), options.isUnsafeClient()]).toEqual([true, false]);
    expect([options.privateKey, options.ownCertificate]).toEqual([key, bytes]);
    expect(options.trustedCaChain).toBeUndefined();
  });

  test.each([
    ["the trusted chain", () => TLSOptions.client("x")],
    ["the trusted chain", () => TLSOptions.clientUnsafe(key)],
    ["the private key of the server", () => TLSOptions.server(certificate, certificate)],
    ["the certificate of the server", () => TLSOptions.server(key, new Uint8Array(3))],
    ["the private key of a.example", () => server({ sni: { "a.example": { key: "", certificate } } })],
  ])("%s that is not in PEM is refused", (what, make) => {
    expect(make).toThrow(UsageError);
    expect(make).toThrow(`${what} is not in PEM`);
  });

  test("a client's is none for a server, and the other way round", () => {
    expect(() => TLSOptions.client().defaultIdentity).toThrow(UsageError);
    expect(() => mustBeClient(server())).toThrow(UsageError);
    expect(() => mustBeClient(TLSOptions.clientUnsafe())).not.toThrow();
    expect(() => mustBeClient(undefined)).not.toThrow();
  });
});

describe("identityFor", () => {
  test("a table: exact names, one label for *, in any case, with a closing dot", () => {
    const [a, b] = [other, { ...other }];
    const options = server({ sni: { "A.example": a, "*.b.example": b } });
    expect(options.identityFor("a.EXAMPLE")).toBe(a);
    expect(options.identityFor("a.example.")).toBe(a);
    expect(options.identityFor("x.b.example")).toBe(b);
    expect(options.namedIdentities).toEqual([a, b]);
    for (const name of [
      "b.example",
      "x.y.b.example",
      "xb.example",
      "a.example.com",
      "",
      "__proto__",
      "toString",
    ]) {
      expect(options.identityFor(name), name).toBeUndefined();
    }
  });

  test("a function is asked each time", () => {
    const asked: string[] = [];
    const options = server({
      sni: (hostname: string) => {
        asked.push(hostname);
        return hostname === "b.example" ? other : undefined;
      },
    });
    expect([options.identityFor("B.example"), options.identityFor("c.example")]).toEqual([other, undefined]);
    expect(asked).toEqual(["b.example", "c.example"]);
    expect(options.namedIdentities).toEqual([]);
  });
});
