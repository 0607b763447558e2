extends Node2D
## Sparks where something ended.

const LIFE := 0.45

var _sparks: Array[Dictionary] = []


func burst(place: Vector2, color: Color, count: int) -> void:
	for i in count:
		var velocity := Vector2.from_angle(randf() * TAU) * randf_range(60.0, 260.0)
		_sparks.append({"place": place, "velocity": velocity, "color": color, "left": LIFE})


func _process(delta: float) -> void:
	if _sparks.is_empty():
		return
	for spark in _sparks:
		spark.place += spark.velocity * delta
		spark.left -= delta
	_sparks = _sparks.filter(func(spark: Dictionary) -> bool: return spark.left > 0.0)
	queue_redraw()


func _draw() -> void:
	for spark in _sparks:
		draw_circle(spark.place, 3.0, Color(spark.color, spark.left / LIFE))
