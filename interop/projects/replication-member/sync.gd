## Makes synchronizers.

const NEVER := SceneReplicationConfig.REPLICATION_MODE_NEVER
const ALWAYS := SceneReplicationConfig.REPLICATION_MODE_ALWAYS
const ON_CHANGE := SceneReplicationConfig.REPLICATION_MODE_ON_CHANGE


## `properties`: name, whether a spawned node begins with it, mode.
static func add(parent: Node, properties: Array, sync_name := "Sync") -> MultiplayerSynchronizer:
	var config := SceneReplicationConfig.new()
	for property in properties:
		var path := NodePath(".:%s" % property[0])
		config.add_property(path)
		config.property_set_spawn(path, property[1])
		config.property_set_replication_mode(path, property[2])
	var sync := MultiplayerSynchronizer.new()
	sync.name = sync_name
	sync.replication_config = config
	parent.add_child(sync)
	return sync


static func spawner(parent: Node, spawner_name: String, path: String, scenes: Array) -> MultiplayerSpawner:
	var result := MultiplayerSpawner.new()
	result.name = spawner_name
	result.spawn_path = NodePath(path)
	for scene in scenes:
		result.add_spawnable_scene("res://%s.tscn" % scene)
	parent.add_child(result)
	return result
