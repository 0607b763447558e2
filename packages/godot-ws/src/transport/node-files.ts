// Text files of the disk, and those of a folder by their endings.

import { readdir, readFile } from "node:fs/promises";

/** A path, or a URL that begins with `file:`. */
export function readText(path: string): Promise<string> {
  return readFile(toPlace(path), "utf8");
}

/** The paths of the files below a folder, from there, with slashes; what begins with a dot is passed over. */
export async function listFiles(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (below: string): Promise<void> => {
    const at = toPlace(below === "" ? folder : `${folder.replace(/\/$/, "")}/${below}`);
    const entries = await readdir(at, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile() && path.endsWith(ending)) found.push(path);
    }
  };
  await visit("");
  return found;
}

function toPlace(path: string): string | URL {
  return path.startsWith("file:") ? new URL(path) : path;
}
