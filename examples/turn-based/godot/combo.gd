extends HBoxContainer
## Three players in one window, each with a multiplayer API of its own.


func _enter_tree() -> void:
	for player in get_children():
		# Not in the tree yet, so its path is made by hand.
		var path := "%s/%s" % [get_path(), player.name]
		get_tree().set_multiplayer(MultiplayerAPI.create_default_interface(), path)
