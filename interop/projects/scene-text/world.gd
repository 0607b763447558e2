extends Node
## The script of the world in the scenes.

func on_timeout(_count: int, _text: String) -> void:
	pass
