extends RefCounted
## Who sees what: see main.gd.

const Enemy := preload("res://enemy.tscn")

var _main: Node
var _allowed := 0


func _init(main: Node) -> void:
	_main = main


func _is_a() -> bool:
	return _main._name == _main._members[1]


func _is_b() -> bool:
	return _main._name == _main._members[2]


func static_node() -> void:
	var secret := _main.get_node("Secret")
	var sync: MultiplayerSynchronizer = secret.get_node("Sync")
	if _main._is_server():
		secret.x = 1
		await _step("hidden from all")
		sync.set_visibility_for(_main._id_of(_main._members[1]), true)
		await _step("shown to one")
		sync.public_visibility = true
		await _step("public")
		sync.set_visibility_for(_main._id_of(_main._members[1]), false)
		sync.public_visibility = false
		secret.x = 2
		await _step("hidden again")
		return
	await _main._beat()
	_main.check("a state is hidden from all", secret.x == null)
	await _reach("hidden from all")
	await _main._beat()
	if _is_a():
		await _main._soon("a state is shown to one", func(): return secret.x == 1)
	else:
		_main.check("a state is shown to one", secret.x == null)
	await _reach("shown to one")
	await _main._beat()
	await _main._soon("a state is public", func(): return secret.x == 1)
	await _reach("public")
	await _main._beat()
	_main.check("a state is hidden again", secret.x == 1)
	await _reach("hidden again")


func spawned_node() -> void:
	if _main._is_server():
		var enemy: Node = _main._spawn(Enemy, "Enemy", func(node): node.x = 1)
		enemy.shout.rpc("to nobody")
		await _step("not spawned")
		enemy.sync.set_visibility_for(_main._id_of(_main._members[1]), true)
		enemy.shout.rpc("to one")
		await _step("spawned for one")
		enemy.x = 2
		enemy.sync.set_visibility_for(_main._id_of(_main._members[1]), false)
		await _step("taken away")
		enemy.sync.public_visibility = true
		await _step("spawned for all")
		enemy.queue_free()
		await _step("gone")
		return
	await _main._beat()
	_main.check("a hidden node is not spawned", _node("Enemy") == null)
	await _reach("not spawned")
	await _sees("a node is shown to one", "Enemy", _is_a())
	if _is_a():
		var enemy := _node("Enemy")
		_main.check_equal("with its state", enemy.x, 1)
		await _main._soon("calls go to the one", func(): return enemy.heard == ["to one"])
	else:
		_main.check("with its state", true)
		_main.check("calls go to the one", _node("Enemy") == null)
	await _reach("spawned for one")
	await _sees("and taken away", "Enemy", false)
	_main.check("which is signalled to that one", _main._despawned.has("Enemy") == _is_a())
	await _reach("taken away")
	await _sees("a node is shown to all", "Enemy", true)
	_main.check_equal("with its state by now", _node("Enemy").x, 2)
	await _reach("spawned for all")
	await _sees("and taken from all", "Enemy", false)
	await _reach("gone")


func filtered_node() -> void:
	if _main._is_server():
		_allowed = _main._id_of(_main._members[1])
		var enemy: Node = Enemy.instantiate()
		enemy.name = "Filtered"
		var sync: MultiplayerSynchronizer = enemy.sync
		var filter := func(id): return id == _allowed
		sync.public_visibility = true
		sync.add_visibility_filter(filter)
		_main.get_node("World").add_child(enemy)
		await _step("filtered")
		_allowed = _main._id_of(_main._members[2])
		await _step("filtered anew")
		sync.visibility_update_mode = MultiplayerSynchronizer.VISIBILITY_PROCESS_NONE
		_allowed = _main._id_of(_main._members[1])
		await _step("not asked")
		sync.update_visibility()
		await _step("asked")
		sync.remove_visibility_filter(filter)
		# A filter that comes or goes changes nothing by itself in mode none.
		sync.update_visibility()
		await _step("without a filter")
		return
	await _sees("a filter lets one through", "Filtered", _is_a())
	await _reach("filtered")
	await _sees("and is asked again", "Filtered", _is_b())
	await _reach("filtered anew")
	await _sees("but not in mode none", "Filtered", _is_b())
	await _reach("not asked")
	await _sees("until it is to be asked", "Filtered", _is_a())
	await _reach("asked")
	await _sees("without a filter all see it", "Filtered", true)
	await _reach("without a filter")


func _node(node_name: String) -> Node:
	return _main._world(node_name)


func _sees(what: String, node_name: String, is_there: bool) -> void:
	await _main._beat()
	await _main._soon(what, func(): return (_node(node_name) != null) == is_there)


## The server's: on with it when all clients have seen what there is to be seen.
func _step(phase: String) -> void:
	await _main._beat()
	await _reach(phase)


func _reach(phase: String) -> void:
	await _main._all_reach("visibility: " + phase)
