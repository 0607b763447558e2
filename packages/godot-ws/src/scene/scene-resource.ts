// A resource as a scene file names it: one in a file of its own, of which nothing but the place is known, or one that is
// written out inside. Nothing is loaded.

import { GodotObject } from "../variant/references.ts";
import type { Variant } from "../variant/variant.ts";

/** What `ExtResource("1")` and `SubResource("1")` stand for. Its properties are those that the file sets. */
export class SceneResource extends GodotObject<Variant> {
  /** The id within the file; empty for the resource that the file is about. */
  readonly resourceId: string;
  /** `res://player.gd` for one in a file of its own; empty for one written out in the scene file. */
  readonly resourcePath: string;
  /** `uid://…` of one in a file of its own, when it is told. */
  readonly uid: string | undefined;

  constructor(
    className: string,
    resourceId: string,
    properties: Iterable<readonly [string, Variant]>,
    uid?: string,
  ) {
    super(className, properties);
    this.resourceId = resourceId;
    const path = this.properties.get("resource_path");
    this.resourcePath = typeof path === "string" ? path : "";
    this.uid = uid;
  }

  /** One in a file of its own. */
  static external(className: string, resourceId: string, path: string, uid?: string): SceneResource {
    return new SceneResource(className, resourceId, [["resource_path", path]], uid);
  }
}
