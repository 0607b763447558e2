extends "res://kit.gd"
## The server of the game in browser/arena.ts: one player for each peer, which gets another place when its goal is 42, and
## is taken away when it is 43.
##
## Notes `LISTENING port`, and ends when the peer has left.

const Player := preload("res://player.tscn")

var _players := Node.new()


func run() -> void:
	_players.name = "Players"
	add_child(_players)
	var spawner := MultiplayerSpawner.new()
	spawner.name = "Spawner"
	add_child(spawner)
	spawner.spawn_path = NodePath("../Players")
	spawner.add_spawnable_scene("res://player.tscn")
	multiplayer.peer_connected.connect(_add_player)
	_host()
	await expect_soon("a player", func(): return _players.get_child_count() == 1, 20.0)
	var player := _players.get_child(0)
	await expect_soon("its goal", func(): return player.goal == 42, 20.0)
	player.position = Vector2(3, 4)
	player.hp = 9
	await expect_soon("its next goal", func(): return player.goal == 43, 20.0)
	player.free()
	await expect_soon("it leaves", func(): return multiplayer.get_peers().is_empty(), 20.0)
	finish()


func _add_player(id: int) -> void:
	var player := Player.instantiate()
	player.name = str(id)
	player.position = Vector2(1, 2)
	player.hp = 50
	_players.add_child(player)


func _host() -> void:
	var port := free_port()
	var peer := WebSocketMultiplayerPeer.new()
	peer.create_server(port, "127.0.0.1")
	multiplayer.multiplayer_peer = peer
	note("LISTENING %d" % port)
