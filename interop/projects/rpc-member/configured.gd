extends Node
## A node with calls that were set on it alone, beside one of its script.

signal called(method: String, from: int, arguments: Array)


func _init() -> void:
	rpc_config("tag", {"rpc_mode": MultiplayerAPI.RPC_MODE_ANY_PEER})
	rpc_config("shut", {"rpc_mode": MultiplayerAPI.RPC_MODE_DISABLED})


@rpc("any_peer")
func script_too(text) -> void:
	called.emit("script_too", multiplayer.get_remote_sender_id(), [text])


func tag(text) -> void:
	called.emit("tag", multiplayer.get_remote_sender_id(), [text])


func shut(text) -> void:
	called.emit("shut", multiplayer.get_remote_sender_id(), [text])
