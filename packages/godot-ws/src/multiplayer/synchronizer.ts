// Godot's MultiplayerSynchronizer: a node that says which properties of another one are replicated, how often, and to
// whom. It must not know packets: `Replication` sends and receives for it.

import { UsageError } from "../errors.ts";
import { reportUncaught, Signal } from "../signal.ts";
import { Node, type NodePathLike } from "./node.ts";
import { declaredConfigOf, type SceneReplicationConfig } from "./replication-config.ts";

/** Whether a peer may see it. */
export type VisibilityFilter = (peer: number) => boolean;

/** What a synchronizer tells of itself to whoever sends and receives for it. */
export interface SynchronizerHost {
  /** The authority is about to change, or another node or other properties are meant: what was agreed on does not hold. */
  synchronizerStops(synchronizer: Synchronizer): void;
  /** Behind that change. */
  synchronizerStarts(synchronizer: Synchronizer): void;
  /** 0: for all. */
  visibilityChanged(synchronizer: Synchronizer, peer: number): void;
}

/** Godot: MultiplayerSynchronizer.VisibilityUpdateMode. */
const visibilityUpdateModes = {
  VISIBILITY_PROCESS_IDLE: 0,
  VISIBILITY_PROCESS_PHYSICS: 1,
  VISIBILITY_PROCESS_NONE: 2,
} as const;

/** Godot: MultiplayerSynchronizer. */
export class Synchronizer extends Node {
  static readonly VisibilityUpdateMode = visibilityUpdateModes;

  /** The authority's state was taken over. Godot: MultiplayerSynchronizer.synchronized. */
  readonly synchronized = new Signal();
  /** What has changed was taken over. Godot: MultiplayerSynchronizer.delta_synchronized. */
  readonly deltaSynchronized = new Signal();
  /** Who sees it is to be found out anew, for one peer, or for all (0). Godot: MultiplayerSynchronizer.visibility_changed. */
  readonly visibilityChanged = new Signal<[forPeer: number]>();

  /** When filters are asked again: at each pass (idle and physics alike), or only by `updateVisibility`. */
  visibilityUpdateMode: 0 | 1 | 2 = visibilityUpdateModes.VISIBILITY_PROCESS_IDLE;
  /** For `Replication`. */
  host: SynchronizerHost | undefined;
  /** The sender's count of passes in the latest state, going on beyond the 16 bits of the wire; 0 before there is one. */
  stamp = 0;

  #rootPath = "..";
  #config: SceneReplicationConfig | undefined;
  #replicationInterval = 0;
  #deltaInterval = 0;
  #isPublic = true;
  readonly #visibleTo = new Set<number>();
  readonly #filters = new Set<VisibilityFilter>();

  // ---- what is replicated ----

  /** The node whose properties are meant; by default the parent. Godot: MultiplayerSynchronizer.root_path. */
  get rootPath(): string {
    return this.#rootPath;
  }

  set rootPath(path: NodePathLike) {
    this.#restart(() => {
      this.#rootPath = path.toString();
    });
  }

  /** The node at `rootPath`. */
  get rootNode(): Node | undefined {
    // The usual one, asked for at each pass.
    return this.#rootPath === ".." ? this.parent : this.getNodeOrNull(this.#rootPath);
  }

  /** Default: what `replicate` says about the root node's class. Godot: MultiplayerSynchronizer.replication_config. */
  get replicationConfig(): SceneReplicationConfig | undefined {
    const root = this.#config === undefined ? this.rootNode : undefined;
    return this.#config ?? (root && declaredConfigOf(root));
  }

  set replicationConfig(config: SceneReplicationConfig | undefined) {
    this.#restart(() => {
      this.#config = config;
    });
  }

  /** Seconds between states, 0 for each pass. Godot: MultiplayerSynchronizer.replication_interval. */
  get replicationInterval(): number {
    return this.#replicationInterval;
  }

  set replicationInterval(seconds: number) {
    this.#replicationInterval = checkInterval(seconds);
  }

  /** Seconds between looks for changes, 0 for each pass. Godot: MultiplayerSynchronizer.delta_interval. */
  get deltaInterval(): number {
    return this.#deltaInterval;
  }

  set deltaInterval(seconds: number) {
    this.#deltaInterval = checkInterval(seconds);
  }

  /** Whose word counts: it sends the properties, the others take them. Godot: Node.set_multiplayer_authority. */
  override setMultiplayerAuthority(id: number, recursive = true): void {
    if (id === this.multiplayerAuthority) super.setMultiplayerAuthority(id, recursive);
    else this.#restart(() => super.setMultiplayerAuthority(id, recursive));
  }

  #restart(change: () => void): void {
    const { host } = this;
    host?.synchronizerStops(this);
    change();
    this.stamp = 0;
    host?.synchronizerStarts(this);
  }

  // ---- who sees it ----

  /** Visible to all that the filters let through. Default true. Godot: MultiplayerSynchronizer.public_visibility. */
  get publicVisibility(): boolean {
    return this.#isPublic;
  }

  set publicVisibility(visible: boolean) {
    if (visible === this.#isPublic) return;
    this.#isPublic = visible;
    this.updateVisibility();
  }

  /** What `setVisibilityFor` has said; 0 is the public one. Godot: MultiplayerSynchronizer.get_visibility_for. */
  getVisibilityFor(peer: number): boolean {
    return peer === 0 ? this.#isPublic : this.#visibleTo.has(peer);
  }

  /** Shows it to a peer, or not any more, where it is not public. Godot: MultiplayerSynchronizer.set_visibility_for. */
  setVisibilityFor(peer: number, visible: boolean): void {
    if (peer === 0) {
      this.publicVisibility = visible;
      return;
    }
    if (visible === this.#visibleTo.has(peer)) return;
    if (visible) this.#visibleTo.add(peer);
    else this.#visibleTo.delete(peer);
    this.updateVisibility(peer);
  }

  /** For `Replication`: the peer has left for good. */
  forgetPeer(peer: number): void {
    this.#visibleTo.delete(peer);
    if (peer === this.multiplayerAuthority) this.stamp = 0;
  }

  /** Asked for each peer, unlike in Godot never for 0; one that throws hides it. Godot: MultiplayerSynchronizer.add_visibility_filter. */
  addVisibilityFilter(filter: VisibilityFilter): void {
    this.#filters.add(filter);
    this.updateVisibility();
  }

  /** Godot: MultiplayerSynchronizer.remove_visibility_filter. */
  removeVisibilityFilter(filter: VisibilityFilter): void {
    this.#filters.delete(filter);
    this.updateVisibility();
  }

  /** Whether there is a filter to be asked. */
  get hasVisibilityFilters(): boolean {
    return this.#filters.size > 0;
  }

  /** Finds out anew who sees it: one peer, or all (0). Godot: MultiplayerSynchronizer.update_visibility. */
  updateVisibility(forPeer = 0): void {
    this.visibilityChanged.emit(forPeer);
    this.host?.visibilityChanged(this, forPeer);
  }

  /** Public or shown to the peer, and all filters let it through. */
  isVisibleTo(peer: number): boolean {
    if (!this.#isPublic && !this.#visibleTo.has(peer)) return false;
    for (const filter of this.#filters) {
      try {
        if (filter(peer) !== true) return false;
      } catch (error) {
        reportUncaught(error);
        return false;
      }
    }
    return true;
  }
}

function checkInterval(seconds: number): number {
  if (seconds >= 0 && seconds < Number.POSITIVE_INFINITY) return seconds;
  throw new UsageError("ERR_INVALID_PARAMETER", `an interval cannot be ${seconds} seconds`);
}
