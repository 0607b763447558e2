// Loads a scene of a Godot project: finds the project, reads the files. Where they lie is an argument; by default it is
// the disk, or the server of the page.

import { listFiles, readText } from "#platform";
import { UsageError } from "../errors.ts";
import { type NodeMaking, PackedScene } from "./packed-scene.ts";
import { SceneLibrary } from "./scene-library.ts";

/** Options of `loadScene`. */
export interface LoadSceneOptions extends NodeMaking {
  /**
   * The folder that is `res://`: a path, or a URL. Default: that of the scene, or the nearest above it that is named in
   * the path and has a `project.godot`.
   */
  readonly root?: string | URL | undefined;
  /** Reads a file by its path below `res://`, as `levels/arena.tscn`. Default: from `root`. */
  readonly read?: ((path: string) => Promise<string>) | undefined;
  /** All scenes below `res://`, to find those that are named by uid. Default: those below `root`; in browsers none. */
  readonly list?: (() => Promise<readonly string[]>) | undefined;
}

const scheme = "res://";

/**
 * Reads a scene and all that it refers to: `game/world.tscn`, or `res://world.tscn` with `root` or `read`. Rejects with
 * DataError for a malformed file, with UsageError for one that cannot be read. Godot: load.
 */
export async function loadScene(path: string, options: LoadSceneOptions = {}): Promise<PackedScene> {
  const { root, scenePath } = await findProject(path, options);
  const at = (below: string): string => (root === "" ? below : `${root}/${below}`);
  const library = new SceneLibrary({
    read: options.read ?? ((below) => readText(at(below))),
    list:
      options.list ??
      (() => (options.read === undefined ? listFiles(root || ".", ".tscn") : Promise.resolve([]))),
  });
  await library.load(scenePath);
  const scene = new PackedScene(scenePath, library, options);
  if (library.fileOf(scenePath)?.kind !== "scene") {
    throw new UsageError("ERR_INVALID_PARAMETER", `${path} is no scene`);
  }
  return scene;
}

interface Project {
  /** Without a slash at its end. */
  readonly root: string;
  readonly scenePath: string;
}

async function findProject(path: string, { root, read }: LoadSceneOptions): Promise<Project> {
  if (root !== undefined) return projectAt(String(root).replace(/(?<=.)\/+$/, ""), path);
  if (read !== undefined) return projectAt("", path);
  if (!path.startsWith(scheme)) return searchProject(path);
  throw new UsageError("ERR_INVALID_PARAMETER", `"${path}" needs root, the folder that ${scheme} is`);
}

function projectAt(root: string, path: string): Project {
  const prefix = path.startsWith(scheme) ? scheme : `${root}/`;
  return { root, scenePath: `${scheme}${path.startsWith(prefix) ? path.slice(prefix.length) : path}` };
}

async function searchProject(path: string): Promise<Project> {
  const folders = path.split("/").slice(0, -1);
  const least = path.includes("://") ? 4 : path.startsWith("/") ? 2 : 0;
  for (let count = folders.length; count >= least; count--) {
    const folder = folders.slice(0, count).join("/");
    if (await exists(folder === "" ? "project.godot" : `${folder}/project.godot`)) {
      return folder === "" ? { root: "", scenePath: `${scheme}${path}` } : projectAt(folder, path);
    }
  }
  return { root: folders.join("/"), scenePath: `${scheme}${path.slice(path.lastIndexOf("/") + 1)}` };
}

async function exists(path: string): Promise<boolean> {
  try {
    await readText(path);
    return true;
  } catch {
    return false;
  }
}
