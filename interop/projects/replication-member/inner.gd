extends Node

const Sync := preload("res://sync.gd")

var n := 0


func _init() -> void:
	Sync.add(self, [["n", true, Sync.ON_CHANGE]])
