/**
 * Writes Godot's PCK archives: format 3 (Godot 4.5 and newer), plain, unencrypted, one flat directory.
 *
 * Layout: head, padding, the files (each aligned), then the directory. Offsets in the directory are relative
 * to the first file, which the REL_FILEBASE flag announces. Integers are little-endian.
 */
import { createHash } from "node:crypto";

const MAGIC = "GDPC";
const FORMAT = 3;
/** The oldest engine that reads format 3; the engine refuses packs that claim to be newer than itself. */
const ENGINE_VERSION = [4, 5, 0];
const FLAG_REL_FILEBASE = 2;
const HEAD_LENGTH = 104;
const FILE_ALIGNMENT = 32;
/** Per directory entry, besides the path: its length, the offset, the size, an MD5 sum and flags. */
const ENTRY_LENGTH = 4 + 8 + 8 + 16 + 4;

/** @type {(value: number, step: number) => number} */
const roundUp = (value, step) => Math.ceil(value / step) * step;

/**
 * @param {ReadonlyMap<string, Uint8Array>} files contents by path, without `res://`
 * @returns {Uint8Array}
 */
export function packPck(files) {
  const filesStart = roundUp(HEAD_LENGTH, FILE_ALIGNMENT);
  let end = 0;
  const entries = [...files].map(([path, content]) => {
    const offset = end;
    end = roundUp(offset + content.length, FILE_ALIGNMENT);
    return { path: Buffer.from(path), content, offset };
  });
  const directoryStart = filesStart + end;
  const directoryLength = entries.reduce(
    (sum, entry) => sum + ENTRY_LENGTH + roundUp(entry.path.length, 4),
    4,
  );
  const pack = Buffer.alloc(directoryStart + directoryLength);

  pack.write(MAGIC, 0, "latin1");
  let at = 4;
  for (const value of [FORMAT, ...ENGINE_VERSION, FLAG_REL_FILEBASE]) at = pack.writeUInt32LE(value, at);
  at = pack.writeBigUInt64LE(BigInt(filesStart), at);
  pack.writeBigUInt64LE(BigInt(directoryStart), at);

  at = pack.writeUInt32LE(entries.length, directoryStart);
  for (const { path, content, offset } of entries) {
    pack.set(content, filesStart + offset);
    const paddedLength = roundUp(path.length, 4);
    at = pack.writeUInt32LE(paddedLength, at);
    pack.set(path, at);
    at = pack.writeBigUInt64LE(BigInt(offset), at + paddedLength);
    at = pack.writeBigUInt64LE(BigInt(content.length), at);
    at += createHash("md5").update(content).digest().copy(pack, at);
    at = pack.writeUInt32LE(0, at);
  }
  return pack;
}
