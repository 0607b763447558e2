// The state of one synchronizer that is ours: read, watched for changes and encoded once for all peers that get the same
// bytes. It must not know packets.

import { GodotWsError, UsageError } from "../errors.ts";
import { Color } from "../variant/color.ts";
import { encodeArguments } from "../variant/compact.ts";
import { Basis, Projection, Quaternion, Transform2D, Transform3D } from "../variant/matrices.ts";
import { NodePath } from "../variant/node-path.ts";
import { Float, Int } from "../variant/numbers.ts";
import { AABB, Plane, Rect2, Rect2i } from "../variant/rects.ts";
import { RID, StringName } from "../variant/references.ts";
import type { Variant } from "../variant/variant.ts";
import { Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i } from "../variant/vectors.ts";
import { type BoundProperty, PropertyList, readProperty, toSent } from "./property-access.ts";
import type { ReplicatedProperty, ReplicationLists } from "./replication-config.ts";
import type { ReplicationFailReason } from "./replication-port.ts";
import { type SessionVersion, variantOptions } from "./session-dialect.ts";
import type { Synchronizer } from "./synchronizer.ts";

/** Bits of a mask. */
export const mostWatched = 64;

// Values of these classes never change: who has seen one has seen what it holds.
const immutable = new Set<unknown>(
  [Vector2, Vector2i, Vector3, Vector3i, Vector4, Vector4i, Rect2, Rect2i, AABB, Plane].map(
    ({ prototype }) => prototype,
  ),
);
for (const { prototype } of [Quaternion, Basis, Transform2D, Transform3D, Projection, Color])
  immutable.add(prototype);
for (const { prototype } of [Int, Float, StringName, NodePath, RID]) immutable.add(prototype);

/** Which of the properties on change, the lower and the upper 32. */
export type Mask = readonly [low: number, high: number];

/** Why a state cannot be sent. */
export interface StateFault {
  readonly reason: ReplicationFailReason;
  readonly detail: string;
}

interface Watched {
  last: unknown;
  /** Of a value that can change in place. */
  bytes: Uint8Array | undefined;
  /** The pass in which it last changed. */
  changedAt: number;
}

export class SyncedState {
  readonly synchronizer: Synchronizer;
  readonly #lists = { spawn: new PropertyList(), always: new PropertyList(), onChange: new PropertyList() };
  // Of the last state in the mode always.
  #lastBound: readonly BoundProperty[] | undefined;
  #lastValues: unknown[] = [];
  #lastVersion: SessionVersion | undefined;
  #lastBytes: Uint8Array | undefined;
  #watched: Watched[] = [];
  #watchedFor: readonly BoundProperty[] | undefined;
  /** The pass in which anything watched last changed. */
  lastChange = 0;
  /** States encoded so far. */
  encodedCount = 0;

  constructor(synchronizer: Synchronizer) {
    this.synchronizer = synchronizer;
  }

  get hasAlways(): boolean {
    return this.#properties("always").length > 0;
  }

  get hasWatched(): boolean {
    return this.#properties("onChange").length > 0;
  }

  #properties(kind: keyof ReplicationLists): readonly ReplicatedProperty[] {
    return this.synchronizer.replicationConfig?.lists[kind] ?? [];
  }

  /** What a spawned node begins with. */
  spawnState(version: SessionVersion): Uint8Array | StateFault {
    const bound = this.#bind("spawn");
    return "reason" in bound ? bound : this.#encode(bound, version);
  }

  /** Those of the mode always; the same bytes as before while nothing has changed. */
  alwaysState(version: SessionVersion): Uint8Array | StateFault {
    const bound = this.#bind("always");
    if ("reason" in bound) return bound;
    const isSame = version === this.#lastVersion && bound === this.#lastBound;
    try {
      // All are read: values are to be those of the bytes.
      if (!this.#hasOtherValues(bound) && isSame && this.#lastBytes !== undefined) return this.#lastBytes;
    } catch (error) {
      return faultOf(error, "cannot be encoded");
    }
    this.#lastBound = bound;
    const bytes = this.#encode(bound, version);
    this.#lastBytes = "reason" in bytes ? undefined : bytes.slice();
    this.#lastVersion = version;
    return bytes;
  }

  #hasOtherValues(bound: readonly BoundProperty[]): boolean {
    const values = this.#lastValues;
    let hasOthers = bound.length !== values.length;
    if (hasOthers) values.length = bound.length;
    for (let i = 0; i < bound.length; i++) {
      const value = read(bound[i]!);
      if (!(canWatch(value, bound[i]!.property) && isEqual(value, values[i]))) hasOthers = true;
      values[i] = value;
    }
    return hasOthers;
  }

  /** Looks for changes of the watched ones, and notes them as of this pass. */
  watch(pass: number): StateFault | undefined {
    const bound = this.#bind("onChange");
    if ("reason" in bound) return bound;
    if (bound !== this.#watchedFor) {
      this.#watchedFor = bound;
      this.#watched = bound.map(() => ({ last: this, bytes: undefined, changedAt: 0 }));
    }
    for (let i = 0; i < bound.length; i++) {
      const watched = this.#watched[i]!;
      const changed = hasChanged(watched, bound[i]!);
      if (typeof changed === "object") return changed;
      if (!changed) continue;
      watched.changedAt = pass;
      this.lastChange = pass;
    }
    return undefined;
  }

  /** Which of the watched ones have changed after that pass; all of them for undefined. */
  maskSince(pass: number | undefined): Mask {
    const mask: [number, number] = [0, 0];
    for (let i = 0; i < this.#watched.length; i++) {
      if (pass !== undefined && this.#watched[i]!.changedAt <= pass) continue;
      mask[i >> 5]! += 2 ** (i & 31);
    }
    return mask;
  }

  /** Those of a mask. */
  deltaState(mask: Mask, version: SessionVersion): Uint8Array | StateFault {
    const bound = this.#bind("onChange");
    return "reason" in bound ? bound : this.#encode(namedBy(mask, bound), version);
  }

  #bind(kind: keyof ReplicationLists): readonly BoundProperty[] | StateFault {
    const properties = this.#properties(kind);
    if (kind === "onChange" && properties.length > mostWatched) {
      const detail = `${properties.length} are sent on change, and ${mostWatched} can be`;
      return { reason: "too many properties", detail };
    }
    const root = this.synchronizer.rootNode;
    const bound = root === undefined ? "the root node" : this.#lists[kind].of(root, properties);
    return typeof bound === "string" ? missing(bound) : bound;
  }

  #encode(bound: readonly BoundProperty[], version: SessionVersion): Uint8Array | StateFault {
    const values: Variant[] = [];
    try {
      for (const property of bound) {
        const value = read(property);
        if (value === undefined) return missing(property.property.path);
        values.push(toSent(property, value));
      }
      this.encodedCount++;
      return encodeArguments(values, variantOptions(version, false));
    } catch (error) {
      return faultOf(error, "cannot be encoded");
    }
  }
}

/** Throws UsageError when a getter of the game's own throws. */
function read(bound: BoundProperty): unknown {
  try {
    return readProperty(bound);
  } catch (error) {
    throw new UsageError("ERR_INVALID_DATA", `${bound.property.path} cannot be read: ${error}`);
  }
}

function missing(what: string): StateFault {
  return { reason: "no such property", detail: `${what} is not there` };
}

/** Throws what is no error of ours. */
export function faultOf(error: unknown, reason: ReplicationFailReason): StateFault {
  if (error instanceof GodotWsError) return { reason, detail: error.message };
  throw error;
}

/** Those of the properties on change that a mask names. */
export function namedBy<Property>(mask: Mask, properties: readonly Property[]): Property[] {
  return properties.filter((_, i) => ((mask[i >> 5] ?? 0) >>> (i & 31)) & 1);
}

/** Whether to look at a value itself shows if it has changed. */
function canWatch(value: unknown, property: ReplicatedProperty): boolean {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null || property.replaced) return true;
  return immutable.has(Object.getPrototypeOf(value));
}

/** Of values that can be watched. */
function isEqual(value: unknown, last: unknown): boolean {
  if (Object.is(value, last)) return true;
  if (!(value instanceof Object && "equals" in value)) return false;
  return typeof value.equals === "function" && value.equals(last) === true;
}

function hasChanged(watched: Watched, bound: BoundProperty): boolean | StateFault {
  try {
    const value = read(bound);
    if (value === undefined) return missing(bound.property.path);
    if (canWatch(value, bound.property)) {
      if (isEqual(value, watched.last)) return false;
      watched.last = value;
      watched.bytes = undefined;
      return true;
    }
    const bytes = encodeArguments([toSent(bound, value)]);
    const isSame = watched.bytes !== undefined && areSame(bytes, watched.bytes);
    watched.last = undefined;
    // A copy: a view would keep alive what else lies in its memory.
    if (!isSame) watched.bytes = bytes.slice();
    return !isSame;
  } catch (error) {
    return faultOf(error, "cannot be encoded");
  }
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
