extends Node
## How members find and wait for each other.

signal called(method: String, from: int, what: String)


@rpc("any_peer")
func greet(who: String) -> void:
	called.emit("greet", multiplayer.get_remote_sender_id(), who)


@rpc("any_peer")
func reach(phase: String) -> void:
	called.emit("reach", multiplayer.get_remote_sender_id(), phase)
