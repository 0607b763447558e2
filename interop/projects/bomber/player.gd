extends Node2D
## World/Players/ID: its client says what is pressed, the authority where it is.

const SPEED := 90.0
const BOMB_PAUSE := 0.5

@export var synced_position := Vector2()

var _since_bomb := BOMB_PAUSE
var _stunned_for := 0.0
var _told := Vector2()

@onready var _inputs: Node = $Inputs
@onready var _world: Node2D = $"../.."


func _ready() -> void:
	position = synced_position
	_told = position
	$Inputs/InputsSync.set_multiplayer_authority(_id())
	print("PLAYER %s %d %d" % [_world.name_of(_id()), roundi(position.x), roundi(position.y)])


func _physics_process(delta: float) -> void:
	if _id() == multiplayer.get_unique_id():
		_press()
	if is_multiplayer_authority():
		_live(delta)
		synced_position = position
	else:
		position = synced_position
	if position.distance_to(_told) >= 48:
		_told = position
		print("MOVED %s %d %d" % [_world.name_of(_id()), roundi(position.x), roundi(position.y)])


func _id() -> int:
	return str(name).to_int()


func _press() -> void:
	var walk: PackedFloat64Array = _world.kit.arg("walk", "0,0").split_floats(",")
	_inputs.motion = Vector2(walk[0], walk[1])
	_inputs.bombing = _world.dropped.get(_id(), 0) < int(_world.kit.arg("bombs", "0"))


func _live(delta: float) -> void:
	_since_bomb += delta
	_stunned_for -= delta
	if _stunned_for > 0:
		return
	if _inputs.bombing and _since_bomb >= BOMB_PAUSE:
		_since_bomb = 0.0
		_world.drop_bomb(position, _id())
	position += _inputs.motion * SPEED * delta


@rpc("call_local")
func set_player_name(value: String) -> void:
	$label.text = value
	print("NAMED ", value)


@rpc("call_local")
func exploded(by_who: int) -> void:
	if _stunned_for > 0:
		return
	_stunned_for = 1.0
	print("HIT %s by %s" % [_world.name_of(_id()), _world.name_of(by_who)])
