extends Node
## What everybody sees.

signal came(what: String, from: int)

@export var limit := 0
var points := 0
var clock := 0.0


@rpc("any_peer")
func tell(what: String) -> void:
	came.emit(what, multiplayer.get_remote_sender_id())
