extends Node
## A node with one call, for many places.

signal called(method: String, from: int, arguments: Array)


@rpc("any_peer")
func touch(text) -> void:
	called.emit("touch", multiplayer.get_remote_sender_id(), [text])
