// Which spawners and synchronizers are for which node. It must not know what for.

import type { Node } from "./node.ts";

export class Attachments<Item> {
  readonly #byNode = new Map<Node, Set<Item>>();
  readonly #nodeOf = new Map<Item, Node>();
  /** Those in the tree whose node is not there. */
  readonly loose = new Set<Item>();

  get items(): Iterable<Item> {
    return this.#nodeOf.keys();
  }

  nodeOf(item: Item): Node | undefined {
    return this.#nodeOf.get(item);
  }

  /** In the order in which they came. */
  of(node: Node): ReadonlySet<Item> {
    return this.#byNode.get(node) ?? new Set();
  }

  attach(item: Item, node: Node | undefined): void {
    this.detach(item);
    if (node === undefined) {
      this.loose.add(item);
      return;
    }
    this.#nodeOf.set(item, node);
    this.#byNode.set(node, (this.#byNode.get(node) ?? new Set()).add(item));
  }

  /** Whether it was for a node. */
  detach(item: Item): boolean {
    this.loose.delete(item);
    const node = this.#nodeOf.get(item);
    if (node === undefined) return false;
    this.#nodeOf.delete(item);
    const others = this.#byNode.get(node);
    others?.delete(item);
    if (others?.size === 0) this.#byNode.delete(node);
    return true;
  }
}
