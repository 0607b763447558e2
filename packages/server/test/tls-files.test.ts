import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { issueCertificate } from "../../godot-ws/test/support/certificates.ts";
import { readTlsFiles } from "../src/tls-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "godot-ws-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function files(certificate: string, key: string) {
  const paths = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  writeFileSync(paths.certificate, certificate);
  writeFileSync(paths.key, key);
  return paths;
}

test("what the files hold, and for whom it is", () => {
  const { certificate, key } = issueCertificate({ names: ["a.example", "b.example"] });
  const { options, description } = readTlsFiles(files(certificate, key));
  expect([options.isServer(), options.ownCertificate, options.privateKey]).toEqual([true, certificate, key]);
  expect(description).toMatch(/^DNS:a\.example, DNS:b\.example, until \w+ .*GMT$/);
});

test("names the file that cannot be used", () => {
  const { certificate, key } = issueCertificate({ names: ["a.example"] });
  const old = issueCertificate({ names: ["a.example"], fromDays: -9, toDays: -2 });
  const unreadable = certificate.replace(/\n[^-]*\n/, "\nAAAA\n");
  expect(() => readTlsFiles(files(old.certificate, old.key))).toThrow(/certificate\.pem has expired: \w+/);
  expect(() => readTlsFiles(files(unreadable, key))).toThrow(/no certificate in \S+certificate\.pem/);
  expect(() => readTlsFiles(files("junk", key))).toThrow(/no certificate in \S+certificate\.pem/);
  expect(() => readTlsFiles(files(certificate, "junk"))).toThrow(/key\.pem: .*private key.* is not in PEM/);
  expect(() => readTlsFiles({ ...files(certificate, key), key: join(folder, "none") })).toThrow(
    /cannot read \S+none: ENOENT/,
  );
});
