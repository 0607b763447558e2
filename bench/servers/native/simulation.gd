extends Node
## The nodes whose states are measured: the same as replication-node.mjs. A frame is a tick.

const MOVERS := 200
const OF_MANY := 10

var _movers: Array[Node2D] = []
var _stride := 1
var _ticks := 0
var _config := SceneReplicationConfig.new()


func start(on_change: int) -> int:
	Engine.max_fps = 30
	_configure(on_change == 1)
	_stride = OF_MANY if on_change == 1 else 1
	var place := Node.new()
	place.name = "Movers"
	get_parent().add_child(place)
	var spawner := MultiplayerSpawner.new()
	spawner.name = "Spawner"
	spawner.spawn_function = _make
	get_parent().add_child(spawner)
	spawner.spawn_path = ^"../Movers"
	for i in MOVERS:
		spawner.spawn(i)
	return MOVERS


func _configure(on_change: bool) -> void:
	for path: NodePath in [^".:position", ^".:rotation"]:
		_config.add_property(path)
		var mode := SceneReplicationConfig.REPLICATION_MODE_ALWAYS
		if on_change:
			mode = SceneReplicationConfig.REPLICATION_MODE_ON_CHANGE
		_config.property_set_replication_mode(path, mode)


## One that a client moves.
func of(peer: int, index: int) -> Node:
	if _config.get_properties().is_empty():
		Engine.max_fps = 30
		_configure(false)
	var mover := _build("Of%d_%d" % [peer, index])
	mover.set_multiplayer_authority(peer)
	return mover


func _make(index: int) -> Node:
	var mover := _build("Mover%d" % index)
	_movers.push_back(mover)
	return mover


func _build(title: String) -> Node2D:
	var mover := Node2D.new()
	mover.name = title
	var sync := MultiplayerSynchronizer.new()
	sync.name = "Sync"
	sync.replication_config = _config
	mover.add_child(sync)
	return mover


func _process(_delta: float) -> void:
	_ticks += 1
	for i in range(_ticks % _stride, _movers.size(), _stride):
		_movers[i].position = Vector2(_ticks * 0.25, i)
		_movers[i].rotation = _ticks * 0.01
