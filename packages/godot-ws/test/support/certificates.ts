// Certificates for tests, made on the spot with nothing but node:crypto: ECDSA P-256, X.509 version 3 (RFC 5280), in DER
// (ITU-T X.690). Both OpenSSL and Godot's mbedTLS take them.

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Authority extends Issued {
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface Wanted {
  /** Host names and IP addresses. The first is the common name too. */
  readonly names: readonly string[];
  /** Who vouches; default: the certificate for itself. */
  readonly issuer?: Authority;
  /** Days from now; default -1. */
  readonly fromDays?: number;
  /** Days from now; default 30. */
  readonly toDays?: number;
}

export function createAuthority(name = "godot-ws test authority"): Authority {
  const { publicKey, privateKey } = newKeys();
  const extensions = [basicConstraints(true), keyUsage(certSign)];
  const tbs = toBeSigned({ issuer: name, subject: name, days: [-1, 30], publicKey, extensions });
  return { name, privateKey, certificate: signed(tbs, privateKey), key: pemOfKey(privateKey) };
}

export function issueCertificate({ names, issuer, fromDays = -1, toDays = 30 }: Wanted): Issued {
  const { publicKey, privateKey } = newKeys();
  const extensions = [basicConstraints(false), keyUsage(digitalSignature), subjectAltName(names)];
  const tbs = toBeSigned({
    issuer: issuer?.name ?? names[0]!,
    subject: names[0]!,
    days: [fromDays, toDays],
    publicKey,
    extensions,
  });
  return { certificate: signed(tbs, issuer?.privateKey ?? privateKey), key: pemOfKey(privateKey) };
}

function newKeys() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }) as string;
}

// ---- DER ----

type Der = Uint8Array;

function tlv(tag: number, ...contents: readonly Der[]): Der {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...size), content]);
}

const sequence = (...items: readonly Der[]): Der => tlv(0x30, ...items);
const octets = (content: Der): Der => tlv(0x04, content);
const bits = (unused: number, content: Der): Der => tlv(0x03, Uint8Array.of(unused), content);
const boolean = (value: boolean): Der => tlv(0x01, Uint8Array.of(value ? 0xff : 0));

function objectId(dotted: string): Der {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Uint8Array.from(bytes));
}

// GeneralizedTime only from 2050 on (RFC 5280 §4.1.2.5).
function time(days: number): Der {
  const date = new Date(Date.now() + days * 86_400_000);
  const text = `${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  const isNear = date.getUTCFullYear() < 2050;
  return tlv(isNear ? 0x17 : 0x18, Buffer.from(isNear ? text.slice(2) : text));
}

function name(commonName: string): Der {
  return sequence(tlv(0x31, sequence(objectId("2.5.4.3"), tlv(0x0c, Buffer.from(commonName)))));
}

// ---- X.509 ----

const ecdsaWithSha256 = sequence(objectId("1.2.840.10045.4.3.2"));

interface ToBeSigned {
  issuer: string;
  subject: string;
  days: readonly [from: number, to: number];
  publicKey: KeyObject;
  extensions: readonly Der[];
}

function toBeSigned({ issuer, subject, days, publicKey, extensions }: ToBeSigned): Der {
  const version3 = tlv(0xa0, tlv(0x02, Uint8Array.of(2)));
  const serial = tlv(0x02, Uint8Array.of(1), randomBytes(8));
  return sequence(
    version3,
    serial,
    ecdsaWithSha256,
    name(issuer),
    sequence(time(days[0]), time(days[1])),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
}

function signed(tbs: Der, key: KeyObject): string {
  const der = sequence(tbs, ecdsaWithSha256, bits(0, sign("sha256", tbs, key)));
  const lines = Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g)!;
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function extension(id: string, isCritical: boolean, value: Der): Der {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

function basicConstraints(isAuthority: boolean): Der {
  return extension("2.5.29.19", true, sequence(...(isAuthority ? [boolean(true)] : [])));
}

const digitalSignature = [7, 0x80] as const;
const certSign = [2, 0x04] as const;

function keyUsage([unused, mask]: readonly [unused: number, mask: number]): Der {
  return extension("2.5.29.15", true, bits(unused, Uint8Array.of(mask)));
}

function subjectAltName(names: readonly string[]): Der {
  const entries = names.map((entry) => {
    if (isIPv4(entry)) return tlv(0x87, Uint8Array.from(entry.split("."), Number));
    if (isIPv6(entry)) return tlv(0x87, ipv6Octets(entry));
    return tlv(0x82, Buffer.from(entry));
  });
  return extension("2.5.29.17", false, sequence(...entries));
}

function ipv6Octets(address: string): Der {
  const [left = "", right] = address.split("::");
  const groups = (text = "") => text.split(":").filter((group) => group !== "");
  const [head, tail] = [groups(left), groups(right)];
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return Uint8Array.from(
    [...head, ...zeros, ...tail].flatMap((group) => [
      Number.parseInt(group, 16) >> 8,
      Number.parseInt(group, 16) & 0xff,
    ]),
  );
}
