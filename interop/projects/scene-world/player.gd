extends Node2D

@export var max_health := 100
@export var health := 100
# Without a type, it shows what came.
var speed = 1.0

## What it began with.
var at_ready := []


func _ready() -> void:
	at_ready = [position, max_health, speed, health]
