extends Node2D
## Flies by itself; the server says where from, and when it is over.

var velocity := Vector2.ZERO
var color := Color.WHITE


func _process(delta: float) -> void:
	position += velocity * delta


func _draw() -> void:
	var tail := -velocity.normalized() * 16.0
	draw_line(tail, Vector2.ZERO, Color(color, 0.45), 4.0)
	draw_circle(Vector2.ZERO, 4.0, color.lightened(0.4))
