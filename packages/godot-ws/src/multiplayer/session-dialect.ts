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

const versions: readonly SessionVersion[] = ["4.0", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6"];
const dialects = new Map(
  versions.map((version): [SessionVersion, SessionDialect] => [
    version,
    { version, confirmsByPath: version < "4.3", hasDeltas: version > "4.0" },
  ]),
);

export const latestSessionVersion = latestVersion as SessionVersion;

/** The dialect of a version; `UsageError` for one that is not known. */
export function sessionDialectOf(version: SessionVersion): SessionDialect {
  const dialect = dialects.get(version);
  if (dialect !== undefined) return dialect;
  throw new UsageError("ERR_INVALID_PARAMETER", `${version} is not one of ${versions.join(", ")}`);
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
