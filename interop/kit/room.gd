extends Node
## What the members of a room call on each other. It stands at the same place in the tree of clients and server,
## and hands every call on with the peer that made it.

signal called(method: String, from: int, arguments: Array)


@rpc("any_peer", "reliable")
func introduce(member_name: String) -> void:
	_hand_on("introduce", [member_name])


@rpc("any_peer", "reliable")
func reach(phase: String) -> void:
	_hand_on("reach", [phase])


@rpc("any_peer", "reliable")
func say(text: String) -> void:
	_hand_on("say", [text])


@rpc("any_peer", "reliable")
func whisper(text: String) -> void:
	_hand_on("whisper", [text])


@rpc("any_peer", "reliable")
func gossip(text: String) -> void:
	_hand_on("gossip", [text])


@rpc("any_peer", "call_local", "reliable")
func chant(text: String) -> void:
	_hand_on("chant", [text])


@rpc("any_peer", "reliable")
func wave() -> void:
	_hand_on("wave", [])


@rpc("any_peer", "call_remote", "unreliable_ordered", 2)
func show_values(a, b, c, d, e, f, g, h) -> void:
	_hand_on("show_values", [a, b, c, d, e, f, g, h])


func _hand_on(method: String, arguments: Array) -> void:
	called.emit(method, multiplayer.get_remote_sender_id(), arguments)
