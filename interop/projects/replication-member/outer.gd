extends Node
## With a spawner inside.

const Sync := preload("res://sync.gd")
const Inner := preload("res://inner.tscn")

var holder: Node


func _init() -> void:
	holder = Node.new()
	holder.name = "Holder"
	add_child(holder)
	Sync.spawner(self, "Spawner", "../Holder", ["inner"])


func _ready() -> void:
	if multiplayer.is_server():
		add("First", 1)


func add(inner_name: String, n: int) -> void:
	var inner := Inner.instantiate()
	inner.name = inner_name
	inner.n = n
	holder.add_child(inner)
