extends Node2D
## A player, named by its peer's id. All is the server's word but the inputs, which are their own client's.

signal moved
signal hurt
signal died
signal scored

const RADIUS := 18.0
const FULL_HEALTH := 100
## Beyond it, it did not walk there.
const JUMP := 120.0
const FLASH_SECONDS := 0.15

var title := ""
var color := Color.WHITE
var aim := Vector2.RIGHT
var synced_position := Vector2.ZERO:
	set(value):
		if not is_node_ready() or position.distance_to(value) > JUMP:
			position = value
		elif value != synced_position:
			moved.emit()
		synced_position = value
var health := FULL_HEALTH:
	set(value):
		var before := health
		health = value
		if not is_node_ready() or value == before:
			return
		if value < before:
			_flash = FLASH_SECONDS
			hurt.emit()
		if value <= 0:
			died.emit()
var score := 0:
	set(value):
		var before := score
		score = value
		if is_node_ready() and value > before:
			scored.emit()

var _flash := 0.0
var _is_own := false


func _enter_tree() -> void:
	$Inputs.set_multiplayer_authority(name.to_int())
	_is_own = name.to_int() == multiplayer.get_unique_id()


func is_alive() -> bool:
	return health > 0


func _process(delta: float) -> void:
	position = position.lerp(synced_position, 1.0 - exp(-22.0 * delta))
	_flash = maxf(_flash - delta, 0.0)
	visible = is_alive()
	queue_redraw()


func _draw() -> void:
	var body := color.lerp(Color.WHITE, _flash / FLASH_SECONDS)
	var barrel := aim.normalized() * (RADIUS + 12.0)
	if _is_own:
		draw_arc(Vector2.ZERO, RADIUS + 5.0, 0.0, TAU, 48, Color(1, 1, 1, 0.55), 2.0, true)
	draw_line(Vector2.ZERO, barrel, body.darkened(0.25), 10.0, true)
	draw_circle(Vector2.ZERO, RADIUS, body, true, -1.0, true)
	draw_circle(Vector2.ZERO, RADIUS * 0.45, body.darkened(0.35), true, -1.0, true)
	_draw_label()


## Above, or below where there is no room.
func _draw_label() -> void:
	var is_below := position.y < RADIUS + 45.0
	var top := RADIUS + 10.0 if is_below else -RADIUS - 15.0
	var bar := Rect2(-22.0, top, 44.0, 5.0)
	draw_rect(bar, Color(0, 0, 0, 0.5))
	var share := clampf(float(health) / FULL_HEALTH, 0.0, 1.0)
	var good := Color("63c08b") if share > 0.5 else Color("e0b060") if share > 0.25 else Color("f08a80")
	draw_rect(Rect2(bar.position, Vector2(bar.size.x * share, bar.size.y)), good)
	var font := ThemeDB.fallback_font
	var width := font.get_string_size(title, HORIZONTAL_ALIGNMENT_LEFT, -1, 14).x
	var line := top + 22.0 if is_below else top - 7.0
	draw_string(font, Vector2(-width / 2.0, line), title, HORIZONTAL_ALIGNMENT_LEFT, -1, 14)
