extends Node
## A node that only its authority, which is a client, may call.

signal called(method: String, from: int, arguments: Array)


@rpc
func act(text) -> void:
	called.emit("act", multiplayer.get_remote_sender_id(), [text])
