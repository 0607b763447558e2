extends Node
## The server says where it is, and the client that it is named after where it aims.

const Sync := preload("res://sync.gd")

var place := Vector2()
var aim := Vector2()
var turn := 0.0
var authority_at_ready := 0


func _init() -> void:
	Sync.add(self, [["place", true, Sync.ALWAYS]])
	Sync.add(self, [["aim", true, Sync.ON_CHANGE], ["turn", false, Sync.ALWAYS]], "Input")


func _enter_tree() -> void:
	$Input.set_multiplayer_authority(name.to_int())


func _ready() -> void:
	authority_at_ready = $Input.get_multiplayer_authority()
