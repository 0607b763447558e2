extends "res://kit.gd"
## A server or client of a game whose world and nodes are in scene files: world.tscn and what it refers to. The script is
## the same as that of interop/scene-game/play.ts, where the nodes are made of the same files.
##
## --role=ROLE     `server` or `client`
## --clients=N     how many there will be
## --url=URL       client: the server
##
## A server notes `LISTENING port`.

const World := preload("res://world.tscn")
const Player := preload("res://player.tscn")
const Elite := preload("res://elite.tscn")

const SECONDS := 15.0

var _world: Node
var _score: Node
var _players: Node
var _clients := 0
var _told := {}  # what -> [from]


func run() -> void:
	_world = World.instantiate()
	add_child(_world)
	_score = _world.get_node("Score")
	_players = _world.get_node("%Players")
	_score.came.connect(func(what, from): _told.get_or_add(what, []).append(from))
	_clients = arg("clients", "2").to_int()
	check_equal("the world is as in its file", _score.limit, 30)
	if arg("role") == "server":
		await _serve()
	else:
		await _play()
	finish()


func _serve() -> void:
	multiplayer.peer_connected.connect(_add_player)
	_host()
	var elite := Elite.instantiate()
	elite.name = "Boss"
	_players.add_child(elite)
	await _everybody("joined")
	_score.clock = 2.5
	await _everybody("played")
	check_equal("all shots were counted", _score.points, 20 * _clients)
	check("all aims have come", _of_clients().all(func(player): return player.aim == Vector2(1, 2)))
	_players.get_node("Boss").free()
	await _everybody("won")
	_score.tell.rpc("dismissed")
	await expect_soon("all leave", func(): return multiplayer.get_peers().is_empty(), SECONDS)


func _add_player(id: int) -> void:
	var player := Player.instantiate()
	player.name = str(id)
	player.hp = 77
	player.speed = 3.0
	_players.add_child(player)


func _everybody(what: String) -> void:
	if not await until(func(): return _told.get(what, []).size() == _clients, SECONDS):
		check(what, false)


func _host() -> void:
	var port := free_port()
	var peer := WebSocketMultiplayerPeer.new()
	peer.create_server(port, "127.0.0.1")
	multiplayer.multiplayer_peer = peer
	note("LISTENING %d" % port)


func _play() -> void:
	var peer := WebSocketMultiplayerPeer.new()
	peer.handshake_timeout = 10.0
	peer.create_client(arg("url"))
	multiplayer.multiplayer_peer = peer
	await expect_soon("players of all", func(): return _of_clients().size() == _clients, SECONDS)
	var me := _players.get_node(str(multiplayer.get_unique_id()))
	var wanted := ["from the file", 77, 3.0, Vector2(3, 4), 9]
	check_equal("a player is as in its file, and as the server has made it", me.at_ready, wanted)
	check_equal("so are the others", _of_clients().map(func(player): return player.at_ready), _times(wanted))
	await expect_soon("an inherited scene", func(): return _players.has_node("Boss"), SECONDS)
	check_equal("is as in its file", _players.get_node("Boss").at_ready, ["elite", 200, 1.0, Vector2(3, 4), 50])
	_score.tell.rpc_id(1, "joined")
	await expect_soon("states of the world", func(): return _score.clock == 2.5, SECONDS)
	me.aim = Vector2(1, 2)
	me.shoot.rpc_id(1, 2)
	await expect_soon("all aim", func(): return _of_clients().all(
			func(player): return player.aim == Vector2(1, 2)), SECONDS)
	await expect_soon("all have shot", func(): return _of_clients().all(
			func(player): return player.get_node("Weapon").ammo == 7), SECONDS)
	await expect_soon("which is in the score", func(): return _score.points == 20 * _clients, SECONDS)
	_score.tell.rpc_id(1, "played")
	await expect_soon("the boss is gone", func(): return not _players.has_node("Boss"), SECONDS)
	_score.tell.rpc_id(1, "won")
	await expect_soon("dismissed", func(): return _told.has("dismissed"), SECONDS)
	peer.close()


func _of_clients() -> Array:
	return _players.get_children().filter(func(player): return str(player.name).to_int() > 0)


func _times(value: Variant) -> Array:
	return range(_clients).map(func(_i): return value)
