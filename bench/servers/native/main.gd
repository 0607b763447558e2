extends Node
## A headless Godot server that relays what its clients send each other, as game servers usually do it, and has the node
## whose RPCs are measured. 60 frames a second.


func _ready() -> void:
	var port := int(OS.get_cmdline_user_args()[0])
	var peer := WebSocketMultiplayerPeer.new()
	peer.create_server(port, "127.0.0.1")
	(multiplayer as SceneMultiplayer).server_relay = true
	multiplayer.multiplayer_peer = peer
	var bench: Node = load("res://bench.gd").new()
	bench.name = "Bench"
	get_tree().root.add_child.call_deferred(bench)
	print("LISTENING ", port)
