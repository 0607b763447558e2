extends "res://session.gd"
## A member of a replicated game: its nodes, how it comes in, and who has got how far. What it does then is in main.gd.

const Sync := preload("res://sync.gd")
const Game := preload("res://game.gd")
const Unit := preload("res://unit.tscn")
const Tile := preload("res://tile.tscn")
const Enemy := preload("res://enemy.tscn")
const Outer := preload("res://outer.tscn")
const Player := preload("res://player.tscn")

const WIDE := 64
const BAGS := 8

var _reached := {}  # phase -> [those who have]
var _spawned: Array[String] = []
var _despawned: Array[String] = []
var _counts := {}  # of synchronized and delta_synchronized, by node
var _beats := 0
var _ticking := false


func _set_up() -> void:
	super()
	_game = Game.new()
	_game.name = "Game"
	_game.called.connect(_on_called)
	add_child(_game)
	_build_spawners()
	_build_static()
	_api.peer_connected.connect(func(id): _game.greet.rpc_id(id, _name))


# ---- nodes ----

func _build_spawners() -> void:
	for parent in ["World", "Custom", "ByClient", "Limited"]:
		var node := Node.new()
		node.name = parent
		add_child(node)
	_listen(Sync.spawner(self, "Spawner", "../World", ["unit", "tile", "enemy", "outer", "player", "twin", "deep"]))
	_listen(Sync.spawner(self, "ClientSpawner", "../ByClient", ["tile"]))
	var limited := _listen(Sync.spawner(self, "LimitedSpawner", "../Limited", ["tile"]))
	limited.spawn_limit = 3
	limited.spawn_function = _make_custom
	_listen(Sync.spawner(self, "CustomSpawner", "../Custom", [])).spawn_function = _make_custom


func _listen(spawner: MultiplayerSpawner) -> MultiplayerSpawner:
	spawner.spawned.connect(func(node): _spawned.append(str(node.name)))
	spawner.despawned.connect(func(node): _despawned.append(str(node.name)))
	return spawner


## A number makes a tile with so many hp; anything else a node with a value of each type.
func _make_custom(data: Variant) -> Node:
	if data is int:
		var tile := Tile.instantiate()
		tile.hp = data
		tile.set_meta("data", data)
		return tile
	var node := _with_properties(_value_names(), Sync.NEVER)
	node.set_meta("data", data)
	return node


func _value_names() -> Array:
	return range(_values.size()).map(func(i): return "v%d" % i)


func _wide_names() -> Array:
	return range(WIDE).map(func(i): return "p%02d" % i)


func _with_properties(names: Array, mode: int) -> Node:
	var script := GDScript.new()
	script.source_code = "extends Node\n" + "\n".join(names.map(func(n): return "var %s" % n)) + "\n"
	script.reload()
	var node: Node = script.new()
	Sync.add(node, names.map(func(n): return [n, true, mode]))
	return node


func _build_static() -> void:
	_add_static("Beat", ["n"], Sync.ON_CHANGE)
	_add_static("Types", _value_names(), Sync.ON_CHANGE)
	_add_static("Wide", _wide_names(), Sync.ON_CHANGE)
	for i in BAGS:
		_add_static("Bag%d" % i, ["text"], Sync.ALWAYS)
		_add_static("Chest%d" % i, ["text"], Sync.ON_CHANGE)
	_add_static("Fast", ["n"], Sync.ALWAYS)
	_add_static("Slow", ["n"], Sync.ALWAYS).replication_interval = 0.2
	_add_static("FastChange", ["n"], Sync.ON_CHANGE)
	_add_static("SlowChange", ["n"], Sync.ON_CHANGE).delta_interval = 0.2
	_add_static("Ball", ["x"], Sync.ON_CHANGE)
	_add_static("Secret", ["x"], Sync.ALWAYS).public_visibility = false


func _add_static(node_name: String, names: Array, mode: int) -> MultiplayerSynchronizer:
	var node := _with_properties(names, mode)
	node.name = node_name
	var sync: MultiplayerSynchronizer = node.get_node("Sync")
	sync.synchronized.connect(_count.bind(node_name))
	sync.delta_synchronized.connect(_count.bind(node_name))
	add_child(node)
	return sync


func _count(what: String) -> void:
	_counts[what] = _counts.get(what, 0) + 1


func _process(_delta: float) -> void:
	if not _ticking:
		return
	for node_name in ["Fast", "Slow", "FastChange", "SlowChange"]:
		var node := get_node(node_name)
		node.n = 1 if node.n == null else node.n + 1


func _spawn(scene: PackedScene, node_name: String, change := func(_node): pass, parent := "World") -> Node:
	var node := scene.instantiate()
	node.name = node_name
	change.call(node)
	get_node(parent).add_child(node)
	return node


func _world(node_name: String) -> Node:
	return $World.get_node_or_null(node_name)


# ---- waiting for each other ----

func _on_called(method: String, from: int, what: String) -> void:
	if method == "greet":
		_ids[what] = from
	else:
		_reached.get_or_add(what, []).append(from)


## Tells the others that I am through with a phase, and waits until all of them are.
func _all_reach(phase: String, members := _ids.keys()) -> void:
	for member in members:
		_game.reach.rpc_id(_ids[member], phase)
	await _reached_by(phase, members)


func _reached_by(phase: String, members: Array) -> void:
	var has_reached := func(member): return _reached.get(phase, []).has(_ids.get(member, 0))
	if not await until(func(): return members.all(has_reached), STEP_SECONDS):
		check("reached by %s: %s" % [members, phase], false)


## What the server has changed before has come when this has, and what has not then never will.
func _beat() -> void:
	_beats += 1
	var n := _beats
	if _is_server():
		$Beat.n = n
	elif not await until(func(): return $Beat.n == n, STEP_SECONDS):
		check("beat %d" % n, false)


func _soon(what: String, condition: Callable) -> void:
	await expect_soon(what, condition, STEP_SECONDS)
