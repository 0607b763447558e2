extends Node
## Of which parts of properties are replicated, also below.

const Sync := preload("res://sync.gd")

var place := Vector2()
var bag := {"a": 0, "b": 0}


func _init() -> void:
	var below := Node2D.new()
	below.name = "Below"
	add_child(below)
	Sync.add(self, [["place:x", true, Sync.ON_CHANGE], ["bag:b", true, Sync.ALWAYS]])
	var config: SceneReplicationConfig = $Sync.replication_config
	var path := ^"Below:position:y"
	config.add_property(path)
	config.property_set_spawn(path, true)
	config.property_set_replication_mode(path, Sync.ON_CHANGE)


func values() -> Array:
	return [place, bag, $Below.position]
