/** Puts the files of a test project together: what the harness generates, the kit, and the project's own. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const KIT_DIRECTORY = fileURLToPath(new URL("../kit", import.meta.url));
const PROJECTS_DIRECTORY = fileURLToPath(new URL("../projects", import.meta.url));

/** A headless engine without a limit keeps a core busy. */
const FRAME_RATE = 100;

const GODOT_4_FILES = {
  "project.godot": `config_version=5

[application]
config/name="godot-ws interop"
run/main_scene="res://main.tscn"
run/max_fps=${FRAME_RATE}
run/flush_stdout_on_print=true

[audio]
driver/driver="Dummy"
`,
  "main.tscn": `[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[node name="Main" type="Node"]
script = ExtResource("1")
`,
  // The editor writes this list of named classes; without it the engine complains.
  ".godot/global_script_class_cache.cfg": "list=[]\n",
};

const GODOT_3_FILES = {
  "project.godot": `config_version=4

[application]
config/name="godot-ws interop"
run/main_scene="res://main.tscn"
run/flush_stdout_on_print=true

[debug]
settings/fps/force_fps=${FRAME_RATE}
`,
  "main.tscn": `[gd_scene load_steps=2 format=2]
[ext_resource path="res://main.gd" type="Script" id=1]
[node name="Main" type="Node"]
script = ExtResource( 1 )
`,
};

/** Files that the kit of a generation consists of: name in the project, name in the kit's folder. */
const KIT_FILES = {
  4: { "kit.gd": "kit.gd", "room.gd": "room.gd", "session.gd": "session.gd" },
  3: { "kit.gd": "kit3.gd" },
};

/**
 * All files of a project by path. `project` names a folder of interop/projects, or is itself a set of files.
 * The project's files replace generated ones of the same name.
 */
export function projectFiles(
  project: string | Readonly<Record<string, string>>,
  generation: 3 | 4,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const add = (texts: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(texts)) files.set(path, Buffer.from(text));
  };
  add(generation === 4 ? GODOT_4_FILES : GODOT_3_FILES);
  for (const [path, source] of Object.entries(KIT_FILES[generation])) {
    files.set(path, readFileSync(join(KIT_DIRECTORY, source)));
  }
  if (typeof project !== "string") {
    add(project);
    return files;
  }
  const directory = join(PROJECTS_DIRECTORY, project);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(directory, path).replaceAll("\\", "/"), readFileSync(path));
  }
  return files;
}
