extends Node
## Not everybody sees it.

const Sync := preload("res://sync.gd")

var x := 0
var heard: Array[String] = []
var sync: MultiplayerSynchronizer


func _init() -> void:
	sync = Sync.add(self, [["x", true, Sync.ON_CHANGE]])
	sync.public_visibility = false


@rpc
func shout(text: String) -> void:
	heard.append(text)
