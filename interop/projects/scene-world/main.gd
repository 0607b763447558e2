extends "res://kit.gd"
## A client of a server that has made its nodes of this project's own scene files. What the server does then arrives
## here, with its types, and what this client says by inputs.gd arrives there.
##
## --url=URL  the server

const World := preload("res://world.tscn")


func run() -> void:
	var world := World.instantiate()
	add_child(world)
	var peer := WebSocketMultiplayerPeer.new()
	if check_equal("create_client", peer.create_client(arg("url")), OK):
		multiplayer.multiplayer_peer = peer
		if await expect_soon("is connected", func(): return multiplayer.get_unique_id() > 1, 15.0):
			await _play(world)
	finish()


func _play(world: Node) -> void:
	var players := world.get_node("Players")
	if not await expect_soon("a player comes", func(): return players.has_node("A")):
		return
	var player := players.get_node("A")
	check_equal("is of the scene", player.scene_file_path, "res://player.tscn")
	check_equal("had its place when it was ready", player.at_ready[0], Vector2(3, 4))
	check_equal("had its most health when it was ready", player.at_ready[1], 150)
	check_equal("has a whole number for its speed as float", player.at_ready[2], 2.0)
	check_equal("had no health of the server's yet", player.at_ready[3], 100)
	await expect_soon("a coin comes", func(): return players.has_node("Coin"))
	await expect_soon("the player moves", func(): return player.position == Vector2(5, 6))
	await expect_soon("its health changes", func(): return player.health == 20)
	await expect_soon("the boss moves", func(): return world.get_node("Boss").position == Vector2(7, 8))
	check_equal("the boss has what its scene says", world.get_node("Boss").health, 500)
	check_equal("the hand is hidden", player.get_node("Hand").rotation, 0.0)

	var inputs := world.get_node("Inputs")
	inputs.set_multiplayer_authority(multiplayer.get_unique_id())
	inputs.aim = Vector2(1, -1)
	await expect_soon("the hand is shown", func(): return player.get_node("Hand").rotation == 0.5)
	inputs.fired = 3
	await expect_soon("the player goes", func(): return not players.has_node("A"))
	check("the coin stays", players.has_node("Coin"))
