// What differs between the versions of Godot in the packets of SceneMultiplayer, as one table. How values are encoded
// differs too: that is the table of the variant folder.

import { UsageError } from "../errors.ts";
import { copyingOptions, type DecodeOptions, type VariantOptions } from "../variant/codec-options.ts";
import { type GodotVersion, latestVersion } from "../variant/dialect.ts";

/** A version of Godot that has SceneMultiplayer. Nothing on the wire says which one a peer is. */
export type SessionVersion = Exclude<GodotVersion, `3.${string}`>;

export interface SessionDialect {
  readonly version: SessionVersion;
  /** CONFIRM_PATH names the path; from 4.3 on it names the id. */
  readonly confirmsByPath: boolean;
  /** SYNC packets with properties that are sent on change. */
  readonly hasDeltas: boolean;
}

const upTo42 = { confirmsByPath: true };
const since43 = { confirmsByPath: false, hasDeltas: true };

const dialects: Readonly<Record<SessionVersion, SessionDialect>> = {
  "4.0": { version: "4.0", ...upTo42, hasDeltas: false },
  "4.1": { version: "4.1", ...upTo42, hasDeltas: true },
  "4.2": { version: "4.2", ...upTo42, hasDeltas: true },
  "4.3": { version: "4.3", ...since43 },
  "4.4": { version: "4.4", ...since43 },
  "4.5": { version: "4.5", ...since43 },
  "4.6": { version: "4.6", ...since43 },
};

export const latestSessionVersion = latestVersion as SessionVersion;

/** The dialect of a version; `UsageError` for one that is not known. */
export function sessionDialectOf(version: SessionVersion): SessionDialect {
  if (Object.hasOwn(dialects, version)) return dialects[version];
  throw new UsageError(
    "ERR_INVALID_PARAMETER",
    `${version} is not one of ${Object.keys(dialects).sort().join(", ")}`,
  );
}

/** How values are encoded for a version. Undefined where that is the codec's default, which is ready made. */
export function variantOptions(version: SessionVersion, allowObjects: boolean): VariantOptions | undefined {
  return version === latestSessionVersion && !allowObjects ? undefined : { version, allowObjects };
}

/** How values that are kept are decoded. */
export function keptOptions(version: SessionVersion): DecodeOptions {
  if (version === latestSessionVersion) return copyingOptions;
  return { version, allowObjects: false, copyBytes: true };
}
