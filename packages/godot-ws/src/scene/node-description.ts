// The nodes that a scene makes, as descriptions: instanced and inherited scenes laid out, changes applied, in Godot's
// order. Makes no nodes and reads no files.

import { DataError, UsageError } from "../errors.ts";
import type { Variant } from "../variant/variant.ts";
import type { SceneFile, SceneNode } from "./scene-file.ts";
import { SceneResource } from "./scene-resource.ts";

/** One node that a scene makes. */
export interface NodeDescription {
  name: string;
  /** Its class in Godot. */
  type: string;
  /** `res://player.gd`; empty without one. */
  script: string;
  /** The scene whose root it is; empty for others. */
  scenePath: string;
  /** As the files set them, by Godot's names; `script` and `unique_name_in_owner` are not among them. */
  readonly properties: Map<string, Variant>;
  /** Which of the properties hold nodes; their values are paths from this node. */
  readonly nodePaths: Set<string>;
  readonly groups: string[];
  /** Whether `%Name` finds it from the nodes of the same owner. */
  isUnique: boolean;
  owner: NodeDescription | undefined;
  readonly parent: NodeDescription | undefined;
  readonly children: NodeDescription[];
  /** The root of a scene of which only the path is known, as an imported model. */
  isOpaque: boolean;
}

export interface DescribeOptions {
  /** Scenes inside each other; default 64. */
  readonly maxSceneDepth?: number | undefined;
  /** Nodes altogether; default 100,000. */
  readonly maxNodes?: number | undefined;
}

/** The file of a scene; undefined when it cannot be read as one (a model, a binary scene). */
export type SceneFileOf = (path: string) => SceneFile | undefined;

const defaultMaxSceneDepth = 64;
const defaultMaxNodes = 100_000;
/** Nodes below each other: they are made one inside the other. */
const maxNodeDepth = 1024;

/** Lays a scene out. `DataError` with the line for a node that has no place, or nothing to be made of; beyond a bound, too. */
export function describeScene(
  path: string,
  fileOf: SceneFileOf,
  options: DescribeOptions = {},
): NodeDescription {
  return new SceneLayout(fileOf, options).layOut(path, undefined);
}

/** The node at a path from another, `%Name` included; undefined when there is none. Godot: Node.get_node_or_null. */
export function findNode(from: NodeDescription, path: string): NodeDescription | undefined {
  if (path === "" || path.startsWith("/")) return undefined;
  let node: NodeDescription | undefined = from;
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (node === undefined) return undefined;
    if (name === "..") node = node.parent;
    else if (name.startsWith("%")) node = findUnique(node, name.slice(1));
    else node = childOf(node, name);
  }
  return node;
}

/** The path from one node to another of the same tree, without `%`. Godot: Node.get_path_to. */
export function pathBetween(from: NodeDescription, to: NodeDescription): string {
  const above = [...ancestry(from)];
  const names: string[] = [];
  let common: NodeDescription | undefined = to;
  while (common !== undefined && !above.includes(common)) {
    names.unshift(common.name);
    common = common.parent;
  }
  const up = common === undefined ? above.length : above.indexOf(common);
  return [...Array<string>(up).fill(".."), ...names].join("/") || ".";
}

function* ancestry(node: NodeDescription): Generator<NodeDescription> {
  for (let at: NodeDescription | undefined = node; at !== undefined; at = at.parent) yield at;
}

function findUnique(node: NodeDescription, name: string): NodeDescription | undefined {
  return uniqueBelow(node, node, name) ?? (node.owner && uniqueBelow(node.owner, node.owner, name));
}

function uniqueBelow(
  node: NodeDescription,
  owner: NodeDescription,
  name: string,
): NodeDescription | undefined {
  for (const child of node.children) {
    if (child.isUnique && child.owner === owner && child.name === name) return child;
    const found = uniqueBelow(child, owner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childOf(node: NodeDescription, name: string): NodeDescription | undefined {
  return node.children.find((child) => child.name === name);
}

interface Place {
  readonly depth: number;
  readonly children: Map<string, NodeDescription>;
}

class SceneLayout {
  readonly #fileOf: SceneFileOf;
  readonly #maxSceneDepth: number;
  readonly #maxNodes: number;
  readonly #path: string[] = [];
  // Siblings can be many.
  readonly #places = new Map<NodeDescription, Place>();

  constructor(fileOf: SceneFileOf, options: DescribeOptions) {
    this.#fileOf = fileOf;
    this.#maxSceneDepth = options.maxSceneDepth ?? defaultMaxSceneDepth;
    this.#maxNodes = options.maxNodes ?? defaultMaxNodes;
  }

  layOut(path: string, parent: NodeDescription | undefined): NodeDescription {
    const file = this.#fileOf(path);
    if (file === undefined) return this.#opaque(path, parent);
    const [first, ...others] = file.nodes;
    if (first === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `${path} is no scene`);
    if (this.#path.length >= this.#maxSceneDepth || this.#path.includes(path)) {
      this.#fail(
        first,
        this.#path.includes(path) ? `${path} is inside itself` : "Scenes are too deep inside each other",
      );
    }
    this.#path.push(path);
    const root = this.#make(first, parent);
    root.name = first.name;
    root.scenePath = path;
    this.#apply(first, root);
    for (const node of others) this.#add(node, root);
    this.#path.pop();
    return root;
  }

  #add(node: SceneNode, root: NodeDescription): void {
    const parent =
      this.#descend(root, node.parent ?? ".") ?? this.#fail(node, `There is no node "${node.parent}"`);
    const isOld = node.type === "" && node.instance === undefined && node.instancePlaceholder === undefined;
    const old = this.#places.get(parent)?.children.get(node.name);
    if (isOld && old !== undefined) {
      this.#apply(node, old);
      return;
    }
    if (isOld && ![...ancestry(parent)].some(({ isOpaque }) => isOpaque)) {
      this.#fail(node, `There is no node "${node.name}" that could be changed`);
    }
    if (old !== undefined) this.#fail(node, `There is a node "${node.name}" already`);
    const made = this.#make(node, parent);
    made.owner = node.owner === undefined ? root : this.#descend(root, node.owner);
    this.#apply(node, made);
    this.#places.get(parent)?.children.set(node.name, made);
    const { children } = parent;
    if (node.index !== undefined && node.index >= 0 && node.index < children.length) {
      children.splice(node.index, 0, made);
    } else {
      children.push(made);
    }
  }

  /** What the node is made of, without what this section says of it. */
  #make(node: SceneNode, parent: NodeDescription | undefined): NodeDescription {
    if (node.instance !== undefined) {
      const made = this.#instance(node, node.instance, parent);
      made.name = node.name;
      return made;
    }
    if (node.instancePlaceholder !== undefined)
      return this.#bare(node.name, "InstancePlaceholder", parent, node);
    if (node.type === "" && parent === undefined) this.#fail(node, "The root node has no type");
    return this.#bare(node.name, node.type || "Node", parent, node);
  }

  #instance(node: SceneNode, scene: SceneResource, parent: NodeDescription | undefined): NodeDescription {
    const { resourcePath } = scene;
    if (resourcePath === "") this.#fail(node, "An instance of a scene that is in no file");
    return this.layOut(resourcePath, parent);
  }

  #opaque(path: string, parent: NodeDescription | undefined): NodeDescription {
    const made = this.#bare("", "Node", parent);
    made.scenePath = path;
    made.isOpaque = true;
    return made;
  }

  #bare(name: string, type: string, parent: NodeDescription | undefined, node?: SceneNode): NodeDescription {
    const depth = parent === undefined ? 0 : (this.#places.get(parent)?.depth ?? 0) + 1;
    if (this.#places.size >= this.#maxNodes) this.#exceed(`More than ${this.#maxNodes} nodes`, node);
    if (depth > maxNodeDepth) this.#exceed(`Nodes deeper than ${maxNodeDepth}`, node);
    const made: NodeDescription = {
      name,
      type,
      script: "",
      scenePath: "",
      properties: new Map(),
      nodePaths: new Set(),
      groups: [],
      isUnique: false,
      owner: undefined,
      parent,
      children: [],
      isOpaque: false,
    };
    this.#places.set(made, { depth, children: new Map() });
    return made;
  }

  #exceed(message: string, node: SceneNode | undefined): never {
    throw new DataError(message, node?.offset ?? 0, {
      code: "ERR_OUT_OF_MEMORY",
      line: node?.line,
      path: this.#path.at(-1),
    });
  }

  #apply(node: SceneNode, to: NodeDescription): void {
    for (const [name, value] of node.properties) {
      if (name === "script") {
        to.script = value instanceof SceneResource ? value.resourcePath : "";
      } else if (name === "unique_name_in_owner") {
        to.isUnique = value === true;
      } else {
        to.properties.set(name, value);
        if (node.nodePaths.includes(name)) to.nodePaths.add(name);
        else to.nodePaths.delete(name);
      }
    }
    for (const group of node.groups) if (!to.groups.includes(group)) to.groups.push(group);
  }

  /** As files name nodes: from the root down. What is missing in a scene that cannot be read is made up. */
  #descend(root: NodeDescription, path: string): NodeDescription | undefined {
    let node: NodeDescription = root;
    let inOpaque = root.isOpaque;
    for (const name of path.split("/")) {
      if (name === "." || name === "") continue;
      let child = this.#places.get(node)?.children.get(name);
      if (child === undefined) {
        if (!inOpaque) return undefined;
        child = this.#bare(name, "Node", node);
        node.children.push(child);
        this.#places.get(node)?.children.set(name, child);
      }
      node = child;
      inOpaque ||= node.isOpaque;
    }
    return node;
  }

  #fail(node: SceneNode, message: string): never {
    throw new DataError(message, node.offset, { line: node.line, path: this.#path.at(-1) });
  }
}
