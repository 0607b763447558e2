extends Node2D
## /root/World. Its authority decides what explodes; every peer counts for itself.
##
## Prints PLAYER name x y when one appears, MOVED name x y a cell away from its last such place, BOMB of whom at x y, GONE
## for a bomb, HIT name by whom, ROCK number by whom, and WINNER name score when no rock is left.

const CELL := 48.0
const Bomb := preload("res://bomb.gd")
const Rock := preload("res://rock.gd")

var kit: Node
var scores := {}
var dropped := {}  # bombs by whose they are
var _rock_parent := Node.new()
var _players := Node.new()
var _player_spawner := MultiplayerSpawner.new()
var _bomb_spawner := MultiplayerSpawner.new()
var _winner_told := false


func setup(main: Node, others: Dictionary) -> void:
	kit = main
	_rock_parent.name = "Rocks"
	_players.name = "Players"
	_player_spawner.name = "PlayerSpawner"
	_bomb_spawner.name = "BombSpawner"
	for place in cells(kit.arg("rocks")):
		var rock := Rock.new()
		rock.name = "Rock%d" % _rock_parent.get_child_count()
		rock.place = place
		_rock_parent.add_child(rock)
	_player_spawner.spawn_path = NodePath("../Players")
	_bomb_spawner.spawn_path = NodePath("..")
	if kit.arg("spawn", "function") == "scene":
		_player_spawner.add_spawnable_scene("res://player.tscn")
	else:
		_player_spawner.spawn_function = _make_player
	_bomb_spawner.spawn_function = _make_bomb
	for node in [_rock_parent, _players, _player_spawner, _bomb_spawner]:
		add_child(node)
	for id in others:
		scores[id] = 0


func cells(text: String) -> Array:
	var places := []
	for pair in text.split(":", false):
		var numbers := pair.split_floats(",")
		places.append(Vector2(numbers[0] + 0.5, numbers[1] + 0.5) * CELL)
	return places


func name_of(id: int) -> String:
	return get_node("/root/gamestate").name_of(id)


# ---- players ----

func add_player(id: int, place: Vector2) -> void:
	if _player_spawner.spawn_function.is_valid():
		_player_spawner.spawn([place, id])
		return
	var player: Node2D = load("res://player.tscn").instantiate()
	player.synced_position = place
	player.name = str(id)
	_players.add_child(player)


func _make_player(data: Array) -> Node:
	if data.size() != 2 or typeof(data[0]) != TYPE_VECTOR2 or typeof(data[1]) != TYPE_INT:
		print("WRONG ", data)
		return null
	var player: Node2D = load("res://player.tscn").instantiate()
	player.synced_position = data[0]
	player.name = str(data[1])
	return player


# ---- bombs ----

func drop_bomb(place: Vector2, by_whom: int) -> void:
	_bomb_spawner.spawn([place, by_whom])


func _make_bomb(data: Array) -> Node:
	if data.size() != 2 or typeof(data[0]) != TYPE_VECTOR2 or typeof(data[1]) != TYPE_INT:
		print("WRONG ", data)
		return null
	var bomb := Bomb.new()
	bomb.name = "Bomb"
	bomb.position = data[0]
	bomb.from_player = data[1]
	dropped[data[1]] = dropped.get(data[1], 0) + 1
	return bomb


## By the authority.
func explode(place: Vector2, by_whom: int) -> void:
	for rock in _rock_parent.get_children():
		if _reaches(place, rock.place, 24):
			rock.exploded.rpc(by_whom)
	for player in _players.get_children():
		if _reaches(place, player.position, 20):
			player.exploded.rpc(by_whom)


func _reaches(bomb: Vector2, place: Vector2, size: float) -> bool:
	var away := (place - bomb).abs()
	return minf(away.x, away.y) < 8 + size and maxf(away.x, away.y) < 96 + size


# ---- score ----

func count(by_whom: int) -> void:
	scores[by_whom] = scores.get(by_whom, 0) + 1


func is_over() -> bool:
	return _winner_told


func _process(_delta: float) -> void:
	if _winner_told or _rock_parent.get_child_count() > 0:
		return
	_winner_told = true
	var best := 0
	for id in scores:
		if scores[id] > scores.get(best, 0):
			best = id
	print("WINNER %s %d" % [name_of(best), scores[best]])
