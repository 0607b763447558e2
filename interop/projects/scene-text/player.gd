extends Node2D
## The script of the player in the scenes.

@export var health := 100
@export var label := ""
@export var friend: Node
@export var friends: Array[Node]
@export var bullet: PackedScene
