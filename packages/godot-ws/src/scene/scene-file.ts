// The text of a scene or resource file (.tscn, .tres) taken apart: its resources, nodes, connections. One file alone: what
// instanced scenes hold is not known here, nothing is read, and no node is made.

import { DataError } from "../errors.ts";
import { NodePath } from "../variant/node-path.ts";
import { Int } from "../variant/numbers.ts";
import { StringName } from "../variant/references.ts";
import { type ResourceKind, TextValues } from "../variant/str-to-var.ts";
import { TextTokens } from "../variant/text-tokens.ts";
import type { Variant } from "../variant/variant.ts";
import { SceneResource } from "./scene-resource.ts";

/** A `[node]` section. */
export interface SceneNode {
  readonly name: string;
  /** Empty for an instance, and for a node of an instanced or inherited scene that is changed here. */
  readonly type: string;
  /** From the root, `.` for the root itself; undefined for the root node. */
  readonly parent: string | undefined;
  /** The scene that it is made of; for the root node the one that is inherited. */
  readonly instance: SceneResource | undefined;
  /** The path of a scene that is to be made later. */
  readonly instancePlaceholder: string | undefined;
  /** From the root, where it is said. */
  readonly owner: string | undefined;
  /** Its place among its siblings. */
  readonly index: number | undefined;
  readonly groups: readonly string[];
  /** Properties that hold nodes, whose values are paths. */
  readonly nodePaths: readonly string[];
  readonly properties: ReadonlyMap<string, Variant>;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** The same in UTF-16 units. */
  readonly offset: number;
}

/** A `[connection]` section: a signal of one node calls a method of another. Paths are from the root. */
export interface SceneConnection {
  readonly signal: string;
  readonly from: string;
  readonly to: string;
  readonly method: string;
  /** Godot: Object.ConnectFlags; 2, persistent, by default. */
  readonly flags: number;
  readonly binds: readonly Variant[];
  readonly unbinds: number;
  readonly line: number;
}

/** What one scene or resource file says. */
export interface SceneFile {
  readonly kind: "scene" | "resource";
  /** The class of the resource; `PackedScene` for scenes. */
  readonly type: string;
  /** `uid://…`, where it is said. */
  readonly uid: string | undefined;
  /** The files that it refers to, by their ids in it. */
  readonly extResources: ReadonlyMap<string, SceneResource>;
  /** The resources that are in it, by their ids in it. */
  readonly subResources: ReadonlyMap<string, SceneResource>;
  /** The root first. */
  readonly nodes: readonly SceneNode[];
  readonly connections: readonly SceneConnection[];
  /** Instances whose nodes may be changed, as paths from the root. */
  readonly editablePaths: readonly string[];
  /** What a resource file is about. */
  readonly resource: SceneResource | undefined;
}

/** Options of `parseSceneFile`. */
export interface SceneFileOptions {
  /** Which file it is, for messages. */
  readonly file?: string | undefined;
  /** Ints come out as `Int` and floats as `Float`; default false. */
  readonly keepKinds?: boolean | undefined;
  /** UTF-16 units of the text; default 16 Mi. */
  readonly maxLength?: number | undefined;
  /** Sections of all kinds; default 100,000. */
  readonly maxSections?: number | undefined;
  /** Values inside each other; default 1024, which is the most. */
  readonly maxDepth?: number | undefined;
}

/** Godot: ResourceFormatLoaderText; 4 came with 4.3. */
const newestFormat = 4;
const defaultMaxLength = 16 * 1024 * 1024;
const defaultMaxSections = 100_000;
const persistent = 2;

/** Takes a file apart. `DataError` with the line for what is malformed, and beyond a bound. */
export function parseSceneFile(text: string, options: SceneFileOptions = {}): SceneFile {
  const { file = "", maxLength = defaultMaxLength } = options;
  try {
    if (text.length > maxLength) {
      throw new DataError(`More than ${maxLength} characters`, 0, { line: 1, code: "ERR_OUT_OF_MEMORY" });
    }
    return new SceneFileReader(text, options).read();
  } catch (error) {
    if (!(error instanceof DataError) || file === "") throw error;
    const { code, offset, line, cause } = error;
    throw new DataError(error.message.replace(/ \(in line .*$/, ""), offset, {
      code,
      line,
      cause,
      path: file,
    });
  }
}

interface Tag {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Variant>;
  readonly line: number;
  readonly offset: number;
}

class SceneFileReader {
  readonly #tokens: TextTokens;
  readonly #values: TextValues;
  readonly #maxSections: number;
  #sections = 0;
  #tag: Tag | undefined;

  readonly #extResources = new Map<string, SceneResource>();
  readonly #subResources = new Map<string, SceneResource>();
  readonly #nodes: SceneNode[] = [];
  readonly #connections: SceneConnection[] = [];
  readonly #editablePaths: string[] = [];

  constructor(text: string, { keepKinds, maxDepth, maxSections = defaultMaxSections }: SceneFileOptions) {
    this.#tokens = new TextTokens(text);
    this.#maxSections = maxSections;
    this.#values = new TextValues(this.#tokens, {
      allowObjects: true,
      keepKinds,
      maxDepth,
      resource: (kind, args) => this.#resourceOf(kind, args),
    });
  }

  read(): SceneFile {
    const head = this.#nextTag() ?? this.#tokens.fail("Neither a scene nor a resource: it is empty");
    if (head.name !== "gd_scene" && head.name !== "gd_resource") {
      this.#fail(head, `Neither a scene nor a resource: it begins with [${head.name}]`);
    }
    const kind = head.name === "gd_scene" ? "scene" : "resource";
    const format = Number(head.fields.get("format") ?? 1);
    if (!(format <= newestFormat)) this.#fail(head, `Format ${head.fields.get("format")} is not known`);
    const type = kind === "scene" ? "PackedScene" : this.#text(head, "type");
    const uid = this.#optionalText(head, "uid");
    this.#nextTag();
    while (this.#tag?.name === "ext_resource") this.#readExtResource(this.#tag);
    while (this.#tag?.name === "sub_resource") this.#readSubResource(this.#tag);
    let resource: SceneResource | undefined;
    if (kind === "scene") this.#readScene(head);
    else resource = this.#readResource(head, type, uid);
    return {
      kind,
      type,
      uid,
      extResources: this.#extResources,
      subResources: this.#subResources,
      nodes: this.#nodes,
      connections: this.#connections,
      editablePaths: this.#editablePaths,
      resource,
    };
  }

  // ---- sections ----

  #readExtResource(tag: Tag): void {
    const path = this.#text(tag, "path");
    const id = this.#id(tag);
    const type = this.#text(tag, "type");
    const absolute = path.includes("://") ? path : `res://${path}`;
    this.#extResources.set(id, SceneResource.external(type, id, absolute, this.#optionalText(tag, "uid")));
    this.#nextTag();
  }

  #readSubResource(tag: Tag): void {
    const type = this.#text(tag, "type");
    const id = this.#id(tag);
    const properties = this.#readProperties();
    this.#subResources.set(id, new SceneResource(type, id, properties));
    this.#nextTag();
  }

  #readResource(head: Tag, type: string, uid: string | undefined): SceneResource {
    if (this.#tag?.name !== "resource") this.#fail(this.#tag ?? head, "A resource file without [resource]");
    const resource = new SceneResource(type, "", this.#readProperties(), uid);
    const extra = this.#nextTag();
    if (extra !== undefined) this.#fail(extra, `[${extra.name}] behind [resource]`);
    return resource;
  }

  #readScene(head: Tag): void {
    for (let tag = this.#tag; tag !== undefined; tag = this.#nextTag()) {
      switch (tag.name) {
        case "node":
          this.#readNode(tag);
          break;
        case "connection":
          this.#readConnection(tag);
          break;
        case "editable":
          this.#editablePaths.push(this.#path(tag, "path") ?? this.#missing(tag, "path"));
          break;
        default:
          this.#fail(tag, `[${tag.name}] is not known, or not here`);
      }
    }
    if (this.#nodes.length === 0) this.#fail(head, "A scene without nodes");
  }

  #readNode(tag: Tag): void {
    const parent = this.#path(tag, "parent");
    if ((parent === undefined) !== (this.#nodes.length === 0)) {
      this.#fail(
        tag,
        parent === undefined ? "A second node without a parent" : "The first node has a parent",
      );
    }
    this.#nodes.push({
      name: this.#text(tag, "name"),
      type: this.#optionalText(tag, "type") ?? "",
      parent,
      instance: this.#instance(tag),
      instancePlaceholder: this.#optionalText(tag, "instance_placeholder"),
      owner: this.#path(tag, "owner"),
      index: this.#index(tag),
      groups: this.#texts(tag, "groups"),
      nodePaths: this.#texts(tag, "node_paths"),
      line: tag.line,
      offset: tag.offset,
      properties: this.#readProperties(),
    });
  }

  #readConnection(tag: Tag): void {
    const binds = tag.fields.get("binds") ?? [];
    if (!Array.isArray(binds)) this.#fail(tag, "binds is no Array");
    this.#connections.push({
      signal: this.#text(tag, "signal"),
      from: this.#path(tag, "from") ?? this.#missing(tag, "from"),
      to: this.#path(tag, "to") ?? this.#missing(tag, "to"),
      method: this.#text(tag, "method"),
      flags: this.#integer(tag, "flags") ?? persistent,
      binds,
      unbinds: this.#integer(tag, "unbinds") ?? 0,
      line: tag.line,
    });
  }

  // ---- the parts of a section ----

  /** The next `[name field=value …]`; undefined at the end. Godot: VariantParser::parse_tag. */
  #nextTag(): Tag | undefined {
    const tokens: TextTokens = this.#tokens;
    const opening = tokens.next();
    this.#tag = undefined;
    if (opening.kind === "end") return undefined;
    if (opening.kind !== "[") tokens.fail("Expected [");
    const { tokenLine: line, tokenAt: offset } = tokens;
    this.#sections += 1;
    if (this.#sections > this.#maxSections) {
      tokens.fail(`More than ${this.#maxSections} sections`, "ERR_OUT_OF_MEMORY");
    }
    const name = tokens.next();
    if (name.kind !== "identifier") tokens.fail("Expected the name of a section");
    const fields = new Map<string, Variant>();
    for (let token = tokens.next(); token.kind !== "]"; token = tokens.next()) {
      if (token.kind !== "identifier") tokens.fail("Expected ] or the name of a field");
      if (tokens.next().kind !== "=") tokens.fail("Expected =");
      fields.set(token.text, this.#values.read());
    }
    this.#tag = { name: name.text, fields, line, offset };
    return this.#tag;
  }

  #readProperties(): Map<string, Variant> {
    const properties = new Map<string, Variant>();
    for (;;) {
      const key = this.#tokens.nextKey();
      if (key === undefined) return properties;
      properties.set(key, this.#values.read());
    }
  }

  #resourceOf(kind: ResourceKind, args: readonly string[]): Variant {
    const [first = ""] = args;
    switch (kind) {
      case "ExtResource":
        return this.#extResources.get(first) ?? this.#tokens.fail(`There is no ext_resource "${first}"`);
      case "SubResource":
        return (
          this.#subResources.get(first) ?? this.#tokens.fail(`There is no sub_resource "${first}" above`)
        );
      default: {
        const path = args.find((arg) => !arg.startsWith("uid://")) ?? "";
        const uid = args.find((arg) => arg.startsWith("uid://"));
        return SceneResource.external("Resource", "", path, uid);
      }
    }
  }

  // ---- fields ----

  #instance(tag: Tag): SceneResource | undefined {
    const instance = tag.fields.get("instance");
    if (instance === undefined || instance instanceof SceneResource) return instance;
    return this.#fail(tag, "instance is no resource");
  }

  /** Written as a number in Godot 3. */
  #id(tag: Tag): string {
    return this.#integer(tag, "id", false)?.toString() ?? this.#text(tag, "id");
  }

  /** Written as text. */
  #index(tag: Tag): number | undefined {
    const text = this.#optionalText(tag, "index");
    if (text === undefined) return undefined;
    return /^-?\d{1,9}$/.test(text) ? Number(text) : this.#fail(tag, "index is no number");
  }

  #integer(tag: Tag, field: string, strict = true): number | undefined {
    const value = tag.fields.get(field);
    const number = value instanceof Int ? Number(value.value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    return value === undefined || !strict ? undefined : this.#fail(tag, `${field} is no integer`);
  }

  #text(tag: Tag, field: string): string {
    return this.#optionalText(tag, field) ?? this.#missing(tag, field);
  }

  #optionalText(tag: Tag, field: string): string | undefined {
    const value = tag.fields.get(field);
    if (value === undefined || typeof value === "string") return value;
    return value instanceof StringName ? value.text : this.#fail(tag, `${field} is no String`);
  }

  #path(tag: Tag, field: string): string | undefined {
    const value = tag.fields.get(field);
    return value instanceof NodePath ? value.toString() : this.#optionalText(tag, field);
  }

  #texts(tag: Tag, field: string): string[] {
    const list = tag.fields.get(field) ?? [];
    if (!Array.isArray(list)) this.#fail(tag, `${field} is no Array`);
    return list.map((text: Variant) => {
      if (typeof text === "string") return text;
      return text instanceof StringName ? text.text : this.#fail(tag, `In ${field} there is no String`);
    });
  }

  #missing(tag: Tag, field: string): never {
    return this.#fail(tag, `[${tag.name}] without ${field}`);
  }

  #fail(tag: Tag, message: string): never {
    throw new DataError(message, tag.offset, { line: tag.line });
  }
}
