extends Node
## /root/gamestate: who is there, and that it begins.

signal load_requested

var player_name := ""
var players := {}  # names of the others, by id


func _ready() -> void:
	multiplayer.peer_connected.connect(func(id): register_player.rpc_id(id, player_name))
	multiplayer.peer_disconnected.connect(func(id): players.erase(id))


func name_of(id: int) -> String:
	return player_name if id == multiplayer.get_unique_id() else players[id]


@rpc("any_peer")
func register_player(new_player_name: String) -> void:
	players[multiplayer.get_remote_sender_id()] = new_player_name
	print("REGISTERED ", new_player_name)


@rpc("call_local")
func load_world() -> void:
	load_requested.emit()
