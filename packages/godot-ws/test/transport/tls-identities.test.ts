import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { type SniIdentities, TLSOptions } from "../../src/peer/tls-options.ts";
import { TlsIdentities } from "../../src/transport/tls-identities.ts";
import type { TlsIdentity } from "../../src/transport/tls-settings.ts";

const pem = (name: string): TlsIdentity => ({
  key: `-----BEGIN PRIVATE KEY-----${name}`,
  certificate: `-----BEGIN CERTIFICATE-----${name}`,
});
const own = pem("own");
const [a, b] = [pem("a"), pem("b")];

function identitiesWith(sni: SniIdentities) {
  const created: string[] = [];
  const options = TLSOptions.server(own.key, own.certificate, { sni });
  const identities = new TlsIdentities(options, ({ certificate }) => {
    const name = String(certificate).slice("-----BEGIN CERTIFICATE-----".length);
    if (name === "bad") throw Object.assign(new Error("error:0A:x"), { reason: "key values mismatch" });
    if (name === "worse") throw new Error("no reason");
    created.push(name);
    return name;
  });
  return { identities, created };
}

describe("TlsIdentities", () => {
  test("makes all that are known at once, and each only once", async () => {
    const { identities, created } = identitiesWith({ "a.example": a, "b.example": b, "c.example": a });
    expect(created).toEqual(["own", "a", "b"]);
    expect([
      await identities.find("a.example"),
      await identities.find("c.example"),
      identities.default,
    ]).toEqual(["a", "a", "own"]);
    expect(await identities.find("d.example")).toBeUndefined();
    expect(created).toHaveLength(3);
  });

  test("makes what a function brings when it comes", async () => {
    const { identities, created } = identitiesWith(async () => a);
    expect(created).toEqual(["own"]);
    expect([await identities.find("x"), await identities.find("y")]).toEqual(["a", "a"]);
    expect(created).toEqual(["own", "a"]);
  });

  test("finds what cannot be used before it is used, and says why", async () => {
    expect(() => identitiesWith({ x: pem("bad") })).toThrow(UsageError);
    expect(() => identitiesWith({ x: pem("bad") })).toThrow(
      "this key and certificate cannot be used: key values mismatch",
    );
    expect(() => identitiesWith({ x: pem("worse") })).toThrow("cannot be used: no reason");
    await expect(identitiesWith(() => pem("bad")).identities.find("x")).rejects.toThrow(UsageError);
  });

  test("a lookup that throws is a rejection", async () => {
    const { identities } = identitiesWith(() => {
      throw new Error("no such tenant");
    });
    await expect(identities.find("x")).rejects.toThrow("no such tenant");
  });

  test("a client's options have no identities", () => {
    expect(() => new TlsIdentities(TLSOptions.client(), () => 1)).toThrow(UsageError);
  });
});
