extends MultiplayerSynchronizer
## What a player wants: keyboard and mouse at its own client, a bot's whim with --bot, and elsewhere what was sent.

const Bot := preload("res://bot.gd")
const Main := preload("res://main.gd")
## A press is as long at least, in seconds, so that one of the states that are sent has it.
const SHORTEST_PRESS := 0.05

var motion := Vector2.ZERO
var aim := Vector2.RIGHT
var shooting := false

var _bot: Bot
var _pressed_left := 0.0

@onready var _player: Node2D = get_parent()


func _ready() -> void:
	set_process(is_multiplayer_authority())
	if Main.is_bot():
		_bot = Bot.new()


func _process(delta: float) -> void:
	if _bot != null:
		_bot.decide(self, _player, delta)
		return
	motion = Vector2(_axis(KEY_A, KEY_LEFT, KEY_D, KEY_RIGHT), _axis(KEY_W, KEY_UP, KEY_S, KEY_DOWN)).limit_length()
	aim = (_player.get_global_mouse_position() - _player.global_position).normalized()
	_pressed_left -= delta
	if Input.is_mouse_button_pressed(MOUSE_BUTTON_LEFT) or Input.is_key_pressed(KEY_SPACE):
		_pressed_left = SHORTEST_PRESS
	shooting = _pressed_left > 0.0


func _axis(less: Key, also_less: Key, more: Key, also_more: Key) -> float:
	return float(_is_down(more) or _is_down(also_more)) - float(_is_down(less) or _is_down(also_less))


## By its place on the keyboard, whatever is printed on it.
func _is_down(key: Key) -> bool:
	return Input.is_physical_key_pressed(key)
