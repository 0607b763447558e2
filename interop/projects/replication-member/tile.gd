extends Node
## One of many.

const Sync := preload("res://sync.gd")

var place := Vector2()
var hp := 0
var heard: Array[String] = []


func _init() -> void:
	var sync := Sync.add(self, [["place", true, Sync.ALWAYS], ["hp", true, Sync.ON_CHANGE]])
	sync.replication_interval = 0.05


## That of the nodes beside it, of which the sender need not tell.
func _enter_tree() -> void:
	set_multiplayer_authority(get_parent().get_multiplayer_authority())


@rpc("any_peer")
func hello(text: String) -> void:
	heard.append(text)
