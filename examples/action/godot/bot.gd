extends RefCounted
## Plays by itself: walks about, keeps near the closest other player, and shoots at it.

const NEAR := 220.0

var _heading := Vector2.RIGHT
var _seconds_left := 0.0
var _last_place := Vector2.ZERO


func decide(inputs: Node, player: Node2D, delta: float) -> void:
	var target := _closest(player)
	_seconds_left -= delta
	var is_stuck := player.position.distance_to(_last_place) < 20.0 * delta
	_last_place = player.position
	if _seconds_left <= 0.0 or is_stuck and _seconds_left < 0.5:
		_seconds_left = randf_range(0.6, 1.2)
		_heading = Vector2.from_angle(randf() * TAU)
		if target != null and not is_stuck and player.position.distance_to(target.position) > NEAR:
			_heading = player.position.direction_to(target.position).rotated(randf_range(-0.5, 0.5))
	inputs.motion = _heading
	inputs.shooting = target != null
	if target != null:
		inputs.aim = player.position.direction_to(target.position)


func _closest(player: Node2D) -> Node2D:
	var found: Node2D = null
	for other: Node2D in player.get_parent().get_children():
		if other == player or not other.is_alive():
			continue
		if found == null or player.position.distance_to(other.position) < player.position.distance_to(found.position):
			found = other
	return found
