// Why the RPCs of a node differ between two sides that know only each other's checksum: found by trying. It must not know
// nodes or packets.

import { md5Hex } from "./md5.ts";
import { compareByCodePoint } from "./rpc-config.ts";

export interface ChecksumDifference {
  /** RPCs that we have and the peer has not. */
  readonly missingThere: readonly string[];
  /** RPCs that the peer has and we have not. */
  readonly missingHere: readonly string[];
}

/** So many characters are looked at, some milliseconds' worth: whoever sends a checksum must not keep us busy. */
const mostCharacters = 300_000;
/** How many are tried to be missing there and here, the fewest first. */
const tried = [
  [0, 0],
  [0, 1],
  [1, 0],
  [0, 2],
  [1, 1],
  [2, 0],
  [1, 2],
  [2, 1],
  [2, 2],
] as const;

/**
 * The difference between our RPCs and those with the checksum, when no more than two are missing on either side and those
 * missing here are among `known`.
 */
export function explainChecksum(
  ours: readonly string[],
  theirChecksum: string,
  known: Iterable<string>,
): ChecksumDifference | undefined {
  const own = new Set(ours);
  const candidates = [...new Set(known)].filter((name) => !own.has(name));
  let characters = 0;
  for (const [there, here] of tried) {
    for (const missingThere of choices(ours, there)) {
      for (const missingHere of choices(candidates, here)) {
        const theirs = [...ours.filter((name) => !missingThere.includes(name)), ...missingHere];
        const text = theirs.sort(compareByCodePoint).join("");
        if (md5Hex(text) === theirChecksum) return { missingThere, missingHere };
        // Short texts cost too.
        characters += text.length + 100;
        if (characters > mostCharacters) return undefined;
      }
    }
  }
  return undefined;
}

function* choices(names: readonly string[], count: number): Iterable<readonly string[]> {
  if (count === 0) return yield [];
  for (const [i, name] of names.entries())
    for (const rest of choices(names.slice(i + 1), count - 1)) yield [name, ...rest];
}

/** One sentence for people. */
export function describeDifference(difference: ChecksumDifference | undefined): string {
  if (difference === undefined)
    return "the RPCs differ; tell knownMethods what the game was built with to learn which";
  const { missingThere, missingHere } = difference;
  const parts: string[] = [];
  if (missingHere.length > 0) parts.push(`we lack ${missingHere.join(" and ")}`);
  if (missingThere.length > 0) parts.push(`the peer lacks ${missingThere.join(" and ")}`);
  return parts.length === 0 ? "the RPCs are the same in another order" : parts.join(", ");
}
