// What a real Godot 4.6 writes into scene files and reads there (interop/native/scene-text.test.ts makes and checks it).

import { readFileSync } from "node:fs";
import type { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { SceneLibrary } from "../../src/scene/scene-library.ts";

/** A value as var_to_bytes in base64, a resource, or a container in which there are resources. */
export type GoldenValue =
  | string
  | null
  | readonly GoldenValue[]
  | { readonly class: string; readonly path: string }
  | { readonly values: readonly GoldenValue[] };

/** A node as SceneState has it. */
export interface StateNode {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  readonly owner: string;
  readonly groups: readonly string[];
  readonly index: number;
  readonly instance: string;
  readonly placeholder: string;
  readonly properties: readonly (readonly [name: string, value: GoldenValue])[];
}

export interface StateConnection {
  readonly signal: string;
  readonly from: string;
  readonly to: string;
  readonly method: string;
  readonly flags: number;
  readonly binds: GoldenValue;
  readonly unbinds: number;
}

export type GoldenConfig = readonly (readonly [path: string, spawn: boolean, mode: number])[];

/** A node as the engine makes it. */
export interface TreeNode {
  readonly path: string;
  readonly name: string;
  readonly class: string;
  readonly script: string;
  readonly owner: string;
  readonly unique: boolean;
  readonly groups: readonly string[];
  readonly scene: string;
  readonly spawn_path?: string;
  readonly spawn_limit?: number;
  readonly scenes?: readonly string[];
  readonly root_path?: string;
  readonly intervals?: readonly number[];
  readonly public?: boolean;
  readonly mode?: number;
  readonly config?: GoldenConfig | null;
  readonly health?: number;
  readonly label?: string;
  readonly friend?: string;
  readonly friends?: readonly string[];
  readonly bullet?: string;
  readonly position?: readonly number[];
}

interface Golden {
  readonly files: Readonly<Record<string, string>>;
  readonly states: Readonly<
    Record<
      string,
      {
        readonly base: string;
        readonly nodes: readonly StateNode[];
        readonly connections: readonly StateConnection[];
      }
    >
  >;
  readonly trees: Readonly<Record<string, readonly TreeNode[]>>;
  readonly resources: Readonly<Record<string, GoldenConfig>>;
  readonly doubtful: readonly { readonly text: string; readonly loads: boolean }[];
}

export const golden = JSON.parse(
  readFileSync(new URL("golden/scenes-4.6.json", import.meta.url), "utf8"),
) as Golden;

/** A config in the form of the golden data. */
export function rowsOf(config: SceneReplicationConfig): GoldenConfig {
  return config
    .getProperties()
    .map((path) => [path, config.propertyGetSpawn(path), config.propertyGetReplicationMode(path)]);
}

/** The text of a file of the golden data, or of `others`. */
export function reader(others: Readonly<Record<string, string>> = {}): (path: string) => Promise<string> {
  return (path) => {
    const text = { ...golden.files, ...others }[path];
    return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
  };
}

/** A library over the golden data's files and others, with a scene read. */
export async function libraryWith(
  path: string,
  others: Readonly<Record<string, string>> = {},
): Promise<SceneLibrary> {
  const library = new SceneLibrary({
    read: reader(others),
    list: () => Promise.resolve(Object.keys({ ...golden.files, ...others })),
  });
  await library.load(`res://${path}`);
  return library;
}
