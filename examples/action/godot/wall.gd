extends Node2D
## A wall: neither players nor bullets go through. Its position is the upper left corner.

const FILL := Color("33445a")
const EDGE := Color("4d6480")

## Read by the server, too.
@export var size := Vector2(40, 40)


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), FILL)
	draw_rect(Rect2(Vector2.ZERO, size).grow(-1), EDGE, false, 2.0)
