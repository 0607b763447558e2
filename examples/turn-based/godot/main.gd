extends Control
## Connects to the host, or is the host: `godot -- [--url=ws://localhost:8080 | --host=8080] [--name=NAME] [--rolls=N]`.
##
## With --rolls it plays by itself, and leaves (a host stays) after that many rolls.

const PROTOCOL := "ludus"

@export var may_host := true

var _name := ""
var _rolls_left := -1

@onready var _game := $Panel/VBoxContainer/Game
@onready var _status: Label = $Panel/VBoxContainer/Status


func _ready() -> void:
	_name = _argument("name", String(name))
	_rolls_left = int(_argument("rolls", "-1"))
	_game.my_turn.connect(_on_my_turn)
	multiplayer.peer_connected.connect(_game.welcome)
	multiplayer.peer_disconnected.connect(_game.dismiss)
	multiplayer.connected_to_server.connect(_on_connected)
	multiplayer.connection_failed.connect(_say.bind("No host there"))
	multiplayer.server_disconnected.connect(_on_host_gone)
	var peer := WebSocketMultiplayerPeer.new()
	peer.supported_protocols = PackedStringArray([PROTOCOL])
	var host_port := _argument("host", "")
	if host_port != "" and may_host:
		_host(peer, int(host_port))
	else:
		var url := _argument("url", "ws://localhost:8080")
		_say("Connecting to %s" % url)
		peer.create_client(url)
		multiplayer.multiplayer_peer = peer


func _host(peer: WebSocketMultiplayerPeer, port: int) -> void:
	if peer.create_server(port) != OK:
		_say("Cannot listen on port %d" % port)
		return
	multiplayer.multiplayer_peer = peer
	_game.add_player(1, _name)
	_game.set_turn(0)
	_say("Hosting on port %d" % port)


func _on_connected() -> void:
	_say("Connected as %d" % multiplayer.get_unique_id())
	_game.set_player_name.rpc(_name)


func _on_host_gone() -> void:
	_say("The host is gone")
	multiplayer.multiplayer_peer = null
	_game.clear()


func _on_my_turn() -> void:
	if _rolls_left < 0:
		return
	await get_tree().create_timer(0.1).timeout
	if not _game.is_my_turn():
		return
	# A host alone has nobody to play with; the turn is set anew when somebody comes.
	if multiplayer.is_server() and multiplayer.get_peers().is_empty():
		return
	if _rolls_left == 0 and not multiplayer.is_server():
		multiplayer.multiplayer_peer.close()
		multiplayer.multiplayer_peer = null
		_say("Left")
		return
	_rolls_left = maxi(_rolls_left - 1, 0)
	_game.roll()


func _say(text: String) -> void:
	_status.text = text
	print("%s> %s" % [_name, text])


func _argument(key: String, otherwise: String) -> String:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--%s=" % key):
			return argument.trim_prefix("--%s=" % key)
	return otherwise
