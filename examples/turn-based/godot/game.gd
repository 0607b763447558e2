extends VBoxContainer
## The table: who plays, whose turn it is. The host decides, the others are told.

signal my_turn

const ACTIONS := ["roll", "pass"]

var _ids: Array[int] = []
var _names: Array[String] = []
var _turn := 0

@onready var _players: Label = $Players
@onready var _story: RichTextLabel = $Story
@onready var _button: Button = $Roll


func _ready() -> void:
	_button.pressed.connect(roll)


# ---- told by the host ----

@rpc("authority", "call_remote", "reliable")
func _log(message: String) -> void:
	_story.add_text(message + "\n")
	print("%s> %s" % [_who(), message])


@rpc("authority", "call_local", "reliable")
func add_player(id: int, player_name: String = "") -> void:
	_ids.append(id)
	_names.append(player_name)
	_show()


@rpc("authority", "call_local", "reliable")
func update_player_name(id: int, player_name: String) -> void:
	var place := _ids.find(id)
	if place >= 0:
		_names[place] = player_name
		_show()


@rpc("authority", "call_local", "reliable")
func del_player(id: int) -> void:
	var place := _ids.find(id)
	if place < 0:
		return
	_ids.remove_at(place)
	_names.remove_at(place)
	if _turn > place:
		_turn -= 1
	_show()


@rpc("authority", "call_local", "reliable")
func set_turn(turn: int) -> void:
	_turn = turn
	_show()
	_button.disabled = not is_my_turn()
	if is_my_turn():
		my_turn.emit()


# ---- asked of the host ----

@rpc("any_peer", "call_remote", "reliable")
func set_player_name(player_name: String) -> void:
	if is_multiplayer_authority():
		update_player_name.rpc(multiplayer.get_remote_sender_id(), player_name)


@rpc("any_peer", "call_remote", "reliable")
func request_action(action: String) -> void:
	if not is_multiplayer_authority():
		return
	if _turn >= _ids.size() or _ids[_turn] != multiplayer.get_remote_sender_id():
		_tell("It is not the turn of %d" % multiplayer.get_remote_sender_id())
	elif action in ACTIONS:
		_act(action)


# ---- the host's part ----

func welcome(id: int) -> void:
	if not multiplayer.is_server():
		return
	for place in _ids.size():
		add_player.rpc_id(id, _ids[place], _names[place])
	add_player.rpc(id)
	set_turn.rpc_id(id, _turn)
	# Whoever waited for company.
	if is_my_turn():
		my_turn.emit()


func dismiss(id: int) -> void:
	if not multiplayer.is_server():
		return
	del_player.rpc(id)
	set_turn.rpc(_turn % _ids.size())


func _act(action: String) -> void:
	_tell("%s: %ss %d" % [_names[_turn], action, randi() % 100])
	set_turn.rpc((_turn + 1) % _ids.size())


func _tell(message: String) -> void:
	_log.rpc(message)
	_log(message)


# ---- on both sides ----

func is_my_turn() -> bool:
	return _turn < _ids.size() and _ids[_turn] == multiplayer.get_unique_id()


func roll() -> void:
	if not is_my_turn():
		return
	if multiplayer.is_server():
		_act("roll")
	else:
		request_action.rpc_id(1, "roll")


func clear() -> void:
	_ids.clear()
	_names.clear()
	_button.disabled = true
	_show()


func _who() -> String:
	var place := _ids.find(multiplayer.get_unique_id())
	return _names[place] if place >= 0 else "?"


func _show() -> void:
	var lines: Array[String] = []
	for place in _ids.size():
		lines.append("%s%s" % ["* " if place == _turn else "  ", _names[place] if _names[place] != "" else "..."])
	_players.text = "\n".join(lines)
