extends Node
## A node that the server has not.


@rpc("any_peer")
func touch() -> void:
	pass
