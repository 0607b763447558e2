// Godot's NodePath: the way to a node in a scene tree, and on to one of its properties. Knows no bytes.

import { UsageError } from "../errors.ts";
import { type Identified, identity } from "./identity.ts";

/** Godot: NodePath. */
export class NodePath implements Identified {
  readonly names: readonly string[];
  readonly subnames: readonly string[];
  /** Whether it begins at the root of the tree. */
  readonly absolute: boolean;

  /** Reads `"/root/Main:position:x"`. `UsageError` for an empty subname, which Godot refuses too. */
  constructor(path = "") {
    const [front = "", ...subnames] = path.split(":");
    // A colon at the very end is passed over.
    if (subnames.at(-1) === "") subnames.pop();
    if (subnames.includes("")) throw new UsageError("ERR_INVALID_PARAMETER", `Invalid NodePath "${path}"`);
    this.absolute = path.startsWith("/");
    this.names = front.split("/").filter((name) => name !== "");
    this.subnames = subnames;
  }

  /** A path of parts, which may hold characters that the written form cannot. */
  static of(names: readonly string[], subnames: readonly string[] = [], absolute = false): NodePath {
    const path = new NodePath();
    const parts = path as { names: readonly string[]; subnames: readonly string[]; absolute: boolean };
    parts.names = names;
    parts.subnames = subnames;
    parts.absolute = absolute;
    return path;
  }

  equals(other: unknown): boolean {
    return other instanceof NodePath && other[identity]() === this[identity]();
  }

  toString(): string {
    const subnames = this.subnames.map((subname) => `:${subname}`).join("");
    return `${this.absolute ? "/" : ""}${this.names.join("/")}${subnames}`;
  }

  [identity](): string {
    return `\0NodePath${JSON.stringify([this.absolute, this.names, this.subnames])}`;
  }
}
