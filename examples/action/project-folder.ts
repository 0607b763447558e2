// Where the Godot project is, from here or from what the compiler made of this in `dist`. For Node only.

import { fileURLToPath } from "node:url";

export const projectFolder: string = fileURLToPath(
  new URL(import.meta.url.endsWith(".js") ? "../godot" : "godot", import.meta.url),
);
