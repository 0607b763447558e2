extends Node
## World/Rocks/Rock0 and so on: gone a second after it was hit, at every peer by itself.

var place := Vector2()
var _hit := false


@rpc("call_local")
func exploded(by_who: int) -> void:
	var world := get_node("/root/World")
	world.count(by_who)
	print("ROCK %s by %s" % [name.trim_prefix("Rock"), world.name_of(by_who)])
	if not _hit:
		_hit = true
		get_tree().create_timer(1.0).timeout.connect(queue_free)
