extends "res://kit.gd"
## Writes scene files and prints them, and what the engine reads in them and in others, as golden data for the reader.
##
## Lines `FILE path text`, `STATE path what SceneState says`, `TREE path the nodes it makes`, `RESOURCE path properties`, and
## `BAD index 0 or 1`, which tells whether the text loads. `given.json` holds files that are written by hand, `bad.json`
## texts most of which are malformed. Texts and JSON in base64; values as var_to_bytes in base64.

const MADE := ["bullet", "player", "types", "world"]


func run() -> void:
	var given: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://given.json"))
	for path: String in given:
		_write("res://" + path, given[path])
	_make_bullet()
	_make_player()
	_make_types()
	_make_world()
	for scene: String in MADE:
		_print("FILE", scene + ".tscn", FileAccess.get_file_as_string("res://%s.tscn" % scene))
	_print("FILE", "config.tres", FileAccess.get_file_as_string("res://config.tres"))
	for path: String in MADE.map(func(made: String) -> String: return made + ".tscn") + given.keys():
		if path.ends_with(".tscn"):
			var packed: PackedScene = load("res://" + path)
			_print("STATE", path, JSON.stringify(_state(packed.get_state())))
			_print("TREE", path, JSON.stringify(_tree(packed.instantiate())))
	_print("RESOURCE", "config.tres", JSON.stringify(_config(load("res://config.tres"))))
	var bad: Array = JSON.parse_string(FileAccess.get_file_as_string("res://bad.json"))
	for index in bad.size():
		var path := "res://bad_%d.%s" % [index, "tres" if bad[index].begins_with("[gd_resource") else "tscn"]
		_write(path, bad[index])
		print("BAD %d %d" % [index, 1 if load(path) != null else 0])
	check("printed everything", true)
	finish()


func _write(path: String, text: String) -> void:
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text)
	file.close()


func _print(what: String, path: String, text: String) -> void:
	print("%s %s %s" % [what, path, Marshalls.utf8_to_base64(text)])


func _save(node: Node, path: String) -> void:
	var packed := PackedScene.new()
	check_equal("pack " + path, packed.pack(node), OK)
	check_equal("save " + path, ResourceSaver.save(packed, path), OK)
	node.free()


func _add(parent: Node, child: Node, child_name: String, of: Node) -> Node:
	child.name = child_name
	parent.add_child(child)
	child.owner = of
	return child


func _make_bullet() -> void:
	var root := Area2D.new()
	root.name = "Bullet"
	root.collision_mask = 5
	var shape: CollisionShape2D = _add(root, CollisionShape2D.new(), "Shape", root)
	var circle := CircleShape2D.new()
	circle.radius = 2.5
	shape.shape = circle
	_save(root, "res://bullet.tscn")


func _make_config() -> SceneReplicationConfig:
	var config := SceneReplicationConfig.new()
	for path: String in [".:position", ".:health", "Body/Sprite:modulate", ".:label"]:
		config.add_property(path)
	config.property_set_replication_mode(".:health", SceneReplicationConfig.REPLICATION_MODE_ON_CHANGE)
	config.property_set_spawn(".:health", false)
	config.property_set_replication_mode(".:label", SceneReplicationConfig.REPLICATION_MODE_NEVER)
	return config


func _make_player() -> void:
	var root := Node2D.new()
	root.set_script(load("res://player.gd"))
	root.name = "Player"
	root.health = 75
	root.bullet = load("res://bullet.tscn")
	var body := _add(root, Node2D.new(), "Body", root)
	body.add_to_group("solid", true)
	body.add_to_group("players", true)
	var sprite: Sprite2D = _add(body, Sprite2D.new(), "Sprite", root)
	sprite.unique_name_in_owner = true
	sprite.modulate = Color(1, 0.5, 0.25, 1)
	sprite.position = Vector2(3, -4.5)
	root.friend = sprite
	root.friends = [body, sprite] as Array[Node]
	var sync: MultiplayerSynchronizer = _add(root, MultiplayerSynchronizer.new(), "Sync", root)
	sync.replication_interval = 0.05
	sync.replication_config = _make_config()
	var input: MultiplayerSynchronizer = _add(root, MultiplayerSynchronizer.new(), "InputSync", root)
	input.delta_interval = 0.25
	input.public_visibility = false
	input.visibility_update_mode = MultiplayerSynchronizer.VISIBILITY_PROCESS_NONE
	var shared := _make_config()
	check_equal("save config", ResourceSaver.save(shared, "res://config.tres"), OK)
	shared.take_over_path("res://config.tres")
	input.replication_config = shared
	_save(root, "res://player.tscn")


func _make_types() -> void:
	var root := Node.new()
	root.name = "Types"
	root.process_priority = -7
	var counts: Dictionary[String, int] = {"b": 1, "a": 2}
	var shape := RectangleShape2D.new()
	var inner := Gradient.new()
	var texture := GradientTexture1D.new()
	texture.gradient = inner
	var values := {
		"bool": true, "int": 42, "big": 9007199254740993, "float": 1.0, "tiny": 1e-7, "inf": -INF, "text": "a \"q\"\n[b]\\ é",
		"name": &"n", "path": ^"A/B:c", "vector2": Vector2(1, 0.1), "vector2i": Vector2i(1, -2), "rect2": Rect2(1, 2, 3, 4),
		"vector3": Vector3(1, 2, 3), "vector4i": Vector4i(1, 2, 3, 4), "transform2d": Transform2D(0.5, Vector2(1, 2)),
		"transform3d": Transform3D.IDENTITY, "basis": Basis.IDENTITY, "quaternion": Quaternion.IDENTITY,
		"aabb": AABB(Vector3(1, 2, 3), Vector3(4, 5, 6)), "plane": Plane(0, 1, 0, 2), "color": Color(0.1, 0.2, 0.3, 0.4),
		"projection": Projection.IDENTITY, "bytes": PackedByteArray([1, 2, 255]), "ints": PackedInt32Array([1, -1]),
		"floats": PackedFloat64Array([0.5, INF]), "strings": PackedStringArray(["a", "]"]),
		"vectors": PackedVector2Array([Vector2(1, 2)]), "colors": PackedColorArray([Color.RED]),
		"array": [1, "two", [3.5, null], {"four": 4}], "typed": [1, 2] as Array[int], "dictionary": {1: "a", "b": Vector2i(1, 2)},
		"typed_dictionary": counts, "shape": shape, "shapes": [shape, {"again": shape}], "nested": texture,
		"script": load("res://player.gd"),
	}
	for key: String in values:
		root.set_meta(key, values[key])
	var odd := _add(root, Node.new(), "Odd näme [1] \\ ; '=' ", root)
	_add(odd, Timer.new(), "Timer", root)
	_save(root, "res://types.tscn")


func _make_world() -> void:
	var root := Node.new()
	root.set_script(load("res://world.gd"))
	root.name = "World"
	var players := _add(root, Node2D.new(), "Players", root)
	players.unique_name_in_owner = true
	var spawner: MultiplayerSpawner = _add(root, MultiplayerSpawner.new(), "Spawner", root)
	spawner.spawn_path = ^"../Players"
	spawner.spawn_limit = 8
	spawner.add_spawnable_scene("res://player.tscn")
	spawner.add_spawnable_scene("res://bullet.tscn")
	var fixed: Node2D = _add(players, load("res://player.tscn").instantiate(), "Fixed", root)
	fixed.position = Vector2(10, 20)
	_add(players, load("res://bullet.tscn").instantiate(), "Stray", root)
	var timer: Timer = _add(root, Timer.new(), "Timer", root)
	timer.timeout.connect(root.on_timeout.bind(3, "x"), CONNECT_PERSIST)
	_save(root, "res://world.tscn")


func _state(state: SceneState) -> Dictionary:
	var nodes := []
	for i in state.get_node_count():
		var instance := state.get_node_instance(i)
		var properties := []
		for p in state.get_node_property_count(i):
			properties.append([state.get_node_property_name(i, p), _value(state.get_node_property_value(i, p))])
		nodes.append({
			"name": state.get_node_name(i), "type": state.get_node_type(i), "path": str(state.get_node_path(i)),
			"owner": str(state.get_node_owner_path(i)), "groups": state.get_node_groups(i), "index": state.get_node_index(i),
			"instance": instance.resource_path if instance != null else "",
			"placeholder": state.get_node_instance_placeholder(i), "properties": properties,
		})
	var connections := []
	for i in state.get_connection_count():
		connections.append({
			"signal": state.get_connection_signal(i), "from": str(state.get_connection_source(i)),
			"to": str(state.get_connection_target(i)), "method": state.get_connection_method(i),
			"flags": state.get_connection_flags(i), "binds": _value(state.get_connection_binds(i)),
			"unbinds": state.get_connection_unbinds(i),
		})
	var base := state.get_base_scene_state()
	return {"base": base.get_path() if base != null else "", "nodes": nodes, "connections": connections}


## Resources with class and path, all else as bytes; containers are looked into where resources may be in them.
func _value(value: Variant) -> Variant:
	if value is Resource:
		return {"class": value.get_class(), "path": value.resource_path.get_slice("::", 0) if "::" not in value.resource_path else ""}
	if value is Array and value.any(func(e: Variant) -> bool: return e is Object or e is Array or e is Dictionary):
		return value.map(_value)
	if value is Dictionary and value.values().any(func(e: Variant) -> bool: return e is Object):
		return {"values": value.values().map(_value)}
	return Marshalls.raw_to_base64(var_to_bytes(value))


func _tree(root: Node) -> Array:
	var rows := []
	_collect(root, root, rows)
	root.free()
	return rows


func _collect(root: Node, node: Node, rows: Array) -> void:
	var script: Script = node.get_script()
	var row := {
		"path": str(root.get_path_to(node)), "name": node.name, "class": node.get_class(),
		"script": script.resource_path if script != null else "",
		"owner": str(root.get_path_to(node.owner)) if node.owner != null else "",
		"unique": node.unique_name_in_owner, "groups": node.get_groups().map(func(g: StringName) -> String: return str(g)),
		"scene": node.scene_file_path,
	}
	row.groups.sort()
	if node is MultiplayerSpawner:
		row.spawn_path = str(node.spawn_path)
		row.spawn_limit = node.spawn_limit
		row.scenes = range(node.get_spawnable_scene_count()).map(func(i: int) -> String: return node.get_spawnable_scene(i))
	if node is MultiplayerSynchronizer:
		row.root_path = str(node.root_path)
		row.intervals = [node.replication_interval, node.delta_interval]
		row.public = node.public_visibility
		row.mode = node.visibility_update_mode
		row.config = _config(node.replication_config)
	if script != null and script.resource_path == "res://player.gd":
		row.health = node.health
		row.label = node.label
		row.friend = str(node.get_path_to(node.friend)) if node.friend != null else ""
		row.friends = node.friends.map(func(f: Node) -> String: return str(node.get_path_to(f)))
		row.bullet = node.bullet.resource_path if node.bullet != null else ""
		row.position = [node.position.x, node.position.y]
	rows.append(row)
	for child in node.get_children():
		_collect(root, child, rows)


func _config(config: SceneReplicationConfig) -> Variant:
	if config == null:
		return null
	return config.get_properties().map(func(path: NodePath) -> Array:
		return [str(path), config.property_get_spawn(path), config.property_get_replication_mode(path)])
