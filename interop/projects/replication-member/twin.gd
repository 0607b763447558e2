extends Node
## With two synchronizers, of which not everybody sees the second.

const Sync := preload("res://sync.gd")

var x := 0
var y := 0


func _init() -> void:
	Sync.add(self, [["x", true, Sync.ON_CHANGE]], "First")
	Sync.add(self, [["y", true, Sync.ON_CHANGE]], "Second").public_visibility = false
