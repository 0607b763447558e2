extends Node
## What a player presses.

@export var motion := Vector2():
	set(value):
		motion = value.clamp(-Vector2.ONE, Vector2.ONE)

@export var bombing := false
