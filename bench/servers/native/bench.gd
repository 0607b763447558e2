extends Node
## The node whose RPCs are measured: the same as rpc-node.mjs.

var calls := 0


@rpc("any_peer")
func hit(_damage: int, _weapon: String, _at: Vector2) -> void:
	calls += 1


@rpc("any_peer")
func ping(damage: int, weapon: String, at: Vector2) -> void:
	pong.rpc_id(multiplayer.get_remote_sender_id(), damage, weapon, at)


@rpc("any_peer")
func pong(_damage: int, _weapon: String, _at: Vector2) -> void:
	calls += 1


@rpc("any_peer")
func shout(damage: int, weapon: String, at: Vector2) -> void:
	hit.rpc(damage, weapon, at)


@rpc("any_peer")
func report(_unused: int) -> void:
	counted.rpc_id(multiplayer.get_remote_sender_id(), calls)


@rpc("any_peer")
func counted(_calls: int) -> void:
	pass


@rpc("any_peer")
func grow(nodes: int) -> void:
	for i in nodes:
		var node := Node.new()
		node.name = "Node%d" % i
		add_child(node)
	counted.rpc_id(multiplayer.get_remote_sender_id(), nodes)


@rpc("any_peer")
func simulate(on_change: int) -> void:
	var simulation: Node = load("res://simulation.gd").new()
	simulation.name = "Simulation"
	add_child(simulation)
	counted.rpc_id(multiplayer.get_remote_sender_id(), simulation.start(on_change))


@rpc("any_peer")
func take(count: int) -> void:
	var sender := multiplayer.get_remote_sender_id()
	var simulation: Node = load("res://simulation.gd").new()
	for i in count:
		var mover: Node = simulation.of(sender, i)
		add_child(mover)
		mover.get_node(^"Sync").synchronized.connect(func() -> void: calls += 1)
	simulation.free()
	counted.rpc_id(sender, count)
