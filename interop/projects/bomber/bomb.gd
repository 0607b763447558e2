extends Node2D
## Its authority lets it explode, and takes it away.

const FUSE := 0.6

var from_player := 0


func _ready() -> void:
	print("BOMB of %s at %d %d" % [_owner_name(), roundi(position.x), roundi(position.y)])
	tree_exiting.connect(func(): print("GONE bomb of %s" % _owner_name()))
	if not is_multiplayer_authority():
		return
	await get_tree().create_timer(FUSE).timeout
	get_parent().explode(position, from_player)
	queue_free()


func _owner_name() -> String:
	return get_parent().name_of(from_player)
