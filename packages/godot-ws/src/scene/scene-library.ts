// The scene files of a game: reads each once, with all that it refers to, and knows them by path and by uid. Makes no
// nodes; where files come from is an argument.

import { UsageError } from "../errors.ts";
import { readSpawnableScenes } from "./replication-description.ts";
import { parseSceneFile, type SceneFile } from "./scene-file.ts";
import type { SceneResource } from "./scene-resource.ts";

export interface SceneFiles {
  /** The text of the file at a path below `res://`, as `levels/arena.tscn`. */
  read(path: string): Promise<string>;
  /** All scenes, as paths below `res://`; asked when a uid is met that no file read so far tells. */
  list(): Promise<readonly string[]>;
  /** Files at most; default 10,000. */
  readonly maxFiles?: number | undefined;
}

const scheme = "res://";
const defaultMaxFiles = 10_000;
const uidForm = /^\s*(?:;[^\n]*\s+)*\[gd_(?:scene|resource)\b[^\]\n]*?\buid="(uid:\/\/\w+)"/;

export class SceneLibrary {
  readonly #source: SceneFiles;
  readonly #maxFiles: number;
  // Undefined for scenes that are no text, such as imported models.
  readonly #files = new Map<string, SceneFile | undefined>();
  readonly #pathsOfUids = new Map<string, string>();
  #texts: Promise<void> | undefined;

  constructor(source: SceneFiles) {
    this.#source = source;
    this.#maxFiles = source.maxFiles ?? defaultMaxFiles;
  }

  /** A file that has been read; undefined for a scene that is no text. UsageError for one that has not been read. */
  fileOf(path: string): SceneFile | undefined {
    if (this.#files.has(path)) return this.#files.get(path);
    throw new UsageError("ERR_INVALID_PARAMETER", `${path} has not been read`);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The path for a uid that a file has told; a path is returned as it is. */
  pathOf(pathOrUid: string): string {
    if (!pathOrUid.startsWith("uid://")) return pathOrUid;
    const path = this.#pathsOfUids.get(pathOrUid);
    if (path !== undefined) return path;
    throw new UsageError("ERR_INVALID_PARAMETER", `no scene has ${pathOrUid}`);
  }

  /** What a reference to a resource stands for, with its properties, if it is in a file that has been read. */
  resourceOf(resource: SceneResource): SceneResource {
    if (resource.resourcePath === "") return resource;
    return this.#files.get(resource.resourcePath)?.resource ?? resource;
  }

  /**
   * Reads a file, and all scenes and replication configs that it refers to, theirs too. Rejects with UsageError for one
   * that cannot be read, with DataError for one that is malformed.
   */
  async load(path: string): Promise<void> {
    const wanted = [path];
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
      if (this.#files.has(next)) continue;
      const file = await this.#read(next);
      this.#files.set(next, file);
      if (file === undefined) continue;
      if (file.uid !== undefined) this.#pathsOfUids.set(file.uid, next);
      for (const { uid, resourcePath } of file.extResources.values()) {
        if (uid !== undefined && !this.#pathsOfUids.has(uid)) this.#pathsOfUids.set(uid, resourcePath);
      }
      wanted.push(...(await this.#references(file)));
    }
  }

  async #read(path: string): Promise<SceneFile | undefined> {
    if (/\.(?:scn|res)$/.test(path)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `${path} is binary: save it as .tscn or .tres`);
    }
    if (!/\.t(?:scn|res)$/.test(path)) return undefined;
    if (this.#files.size >= this.#maxFiles) {
      throw new UsageError("ERR_OUT_OF_MEMORY", `more than ${this.#maxFiles} scene files`);
    }
    return parseSceneFile(await this.#textOf(path), { file: path });
  }

  async #textOf(path: string): Promise<string> {
    if (!path.startsWith(scheme)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `"${path}" does not begin with ${scheme}`);
    }
    const names = path.slice(scheme.length);
    if (names.split(/[/\\]/).includes("..")) {
      throw new UsageError("ERR_INVALID_PARAMETER", `"${path}" leads out of the game`);
    }
    try {
      return await this.#source.read(names);
    } catch (cause) {
      throw new UsageError("ERR_INVALID_PARAMETER", `${path} cannot be read`, { cause });
    }
  }

  async #references(file: SceneFile): Promise<string[]> {
    const paths: string[] = [];
    for (const { className, resourcePath } of file.extResources.values()) {
      if (className === "PackedScene" || className === "SceneReplicationConfig") paths.push(resourcePath);
    }
    for (const { properties, instance } of file.nodes) {
      if (instance !== undefined && instance.resourcePath !== "") paths.push(instance.resourcePath);
      for (const scene of readSpawnableScenes(properties)) paths.push(await this.#findPath(scene));
    }
    return paths;
  }

  async #findPath(pathOrUid: string): Promise<string> {
    if (pathOrUid.startsWith("uid://") && !this.#pathsOfUids.has(pathOrUid)) {
      this.#texts ??= this.#readUids();
      await this.#texts;
    }
    return this.pathOf(pathOrUid);
  }

  /** Of every scene there is, only the first line. */
  async #readUids(): Promise<void> {
    const paths = await this.#source.list();
    for (const path of paths.slice(0, this.#maxFiles)) {
      const uid = uidForm.exec((await this.#textOf(`${scheme}${path}`)).slice(0, 2000))?.[1];
      if (uid !== undefined) this.#pathsOfUids.set(uid, `${scheme}${path}`);
    }
  }
}
