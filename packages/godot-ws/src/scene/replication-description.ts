// What a scene's replication configs and spawners say, out of their properties. Knows no nodes.

import { SceneReplicationConfig } from "../multiplayer/replication-config.ts";
import { NodePath } from "../variant/node-path.ts";
import type { Variant } from "../variant/variant.ts";
import type { SceneResource } from "./scene-resource.ts";

const keyForm = /^properties\/(\d{1,9})\/(path|spawn|replication_mode|sync|watch)$/;

/**
 * The properties of a SceneReplicationConfig, in order. What has no path, or comes before it, is passed over, as in
 * Godot: SceneReplicationConfig::_set, which also knows the `sync` and `watch` of 4.0. UsageError for a path without a
 * property.
 */
export function readReplicationConfig(resource: SceneResource): SceneReplicationConfig {
  const config = new SceneReplicationConfig();
  const paths: string[] = [];
  for (const [key, value] of resource.properties) {
    const [, index, what] = keyForm.exec(key) ?? [];
    if (what === "path" && Number(index) === paths.length && value instanceof NodePath) {
      const path = value.toString();
      if (path === "" || config.hasProperty(path)) continue;
      config.addProperty(path);
      paths.push(path);
      continue;
    }
    const path = paths[Number(index)];
    if (path !== undefined) setProperty(config, path, what, value);
  }
  return config;
}

function setProperty(
  config: SceneReplicationConfig,
  path: string,
  what: string | undefined,
  value: Variant,
): void {
  switch (what) {
    case "spawn":
      config.propertySetSpawn(path, Boolean(value));
      break;
    case "replication_mode":
      if (value === 0 || value === 1 || value === 2) config.propertySetReplicationMode(path, value);
      break;
    case "sync":
      config.propertySetSync(path, Boolean(value));
      break;
    case "watch":
      config.propertySetWatch(path, Boolean(value));
      break;
  }
}

/** The scenes of a MultiplayerSpawner, as the file has them: paths, or `uid://…`. */
export function readSpawnableScenes(properties: ReadonlyMap<string, Variant>): string[] {
  const scenes = properties.get("_spawnable_scenes");
  return Array.isArray(scenes) ? scenes.filter((path): path is string => typeof path === "string") : [];
}
