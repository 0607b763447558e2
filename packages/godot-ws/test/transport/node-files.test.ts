import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listFiles, readText } from "../../src/transport/node-files.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
  mkdirSync(join(folder, "sub/deep"), { recursive: true });
  mkdirSync(join(folder, ".hidden"));
  mkdirSync(join(folder, "z.tscn"));
  for (const path of ["b.tscn", "a.tscn", "a.txt", "sub/deep/c.tscn", ".hidden/d.tscn"]) {
    writeFileSync(join(folder, path), `text of ${path} é`);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

it("reads texts by path and by URL", async () => {
  expect(await readText(join(folder, "a.txt"))).toBe("text of a.txt é");
  expect(await readText(String(pathToFileURL(join(folder, "a.txt"))))).toBe("text of a.txt é");
  await expect(readText(join(folder, "none"))).rejects.toThrow("ENOENT");
});

it("lists files by their ending, those of folders below too", async () => {
  const wanted = ["a.tscn", "b.tscn", "sub/deep/c.tscn"];
  expect(await listFiles(folder, ".tscn")).toEqual(wanted);
  expect(await listFiles(`${folder}/`, ".tscn")).toEqual(wanted);
  expect(await listFiles(String(pathToFileURL(folder)), ".tscn")).toEqual(wanted);
});
