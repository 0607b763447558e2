extends RefCounted
## What is rare: see main.gd.

const Sync := preload("res://sync.gd")
const Tile := preload("res://tile.tscn")
const Twin := preload("res://twin.tscn")
const Deep := preload("res://deep.tscn")

const SMALL := 200
const FEW := 30

var _main: Node


func _init(main: Node) -> void:
	_main = main


## A node goes, and another one of its name comes at once.
func same_name() -> void:
	if _main._is_server():
		_main._spawn(Tile, "Phoenix", func(tile): tile.hp = 1)
		await _reach("first")
		_node("Phoenix").free()
		_main._spawn(Tile, "Phoenix", func(tile): tile.hp = 2)
		await _reach("second")
		var phoenix := _node("Phoenix")
		_main.get_node("World").remove_child(phoenix)
		await _reach("taken out")
		phoenix.free()
		return
	await _main._soon("a node of a name", func(): return _hp("Phoenix") == 1)
	await _reach("first")
	await _main._soon("another node of this name", func(): return _hp("Phoenix") == 2)
	await _reach("second")
	await _main._soon("a node that is taken out goes", func(): return _node("Phoenix") == null)
	await _reach("taken out")


func two_synchronizers() -> void:
	if _main._is_server():
		var twin: Node = Twin.instantiate()
		twin.name = "Twin"
		twin.x = 1
		twin.y = 2
		twin.get_node("Second").set_visibility_for(_main._id_of(_main._members[1]), true)
		_main.get_node("World").add_child(twin)
		await _main._beat()
		await _reach("twins")
		twin.x = 11
		twin.y = 12
		await _main._beat()
		await _reach("twins changed")
		return
	await _main._beat()
	var twin := _node("Twin")
	_main.check_equal("both synchronizers' states come with the node", [twin.x, twin.y], [1, 2])
	await _reach("twins")
	await _main._beat()
	var wanted := [11, 12 if _main._name == _main._members[1] else 2]
	_main.check_equal("what changes comes to who sees the synchronizer", [twin.x, twin.y], wanted)
	await _reach("twins changed")


func parts() -> void:
	if _main._is_server():
		var deep: Node = Deep.instantiate()
		deep.name = "Deep"
		_change(deep, 1)
		_main.get_node("World").add_child(deep)
		await _reach("parts")
		_change(deep, 5)
		await _reach("parts changed")
		return
	await _main._soon("parts of properties", func(): return _has_parts(1))
	await _reach("parts")
	await _main._soon("parts of properties change", func(): return _has_parts(5))
	await _reach("parts changed")


func _change(deep: Node, n: int) -> void:
	deep.place = Vector2(n, n)
	deep.bag = {"a": n, "b": n}
	deep.get_node("Below").position = Vector2(n, n)


func _has_parts(n: int) -> bool:
	var deep := _node("Deep")
	return deep != null and deep.values() == [Vector2(n, 0), {"a": 0, "b": n}, Vector2(0, n)]


## A spawned node whose word is given to a client, and back.
func give_away() -> void:
	if _main._is_server():
		_main._spawn(Tile, "Car", func(tile): tile.hp = 1)
	else:
		await _main._soon("a node to be given away", func(): return _hp("Car") == 1)
	var car := _node("Car")
	for i in 2:
		var holder: String = _main._members[1 - i]
		car.get_node("Sync").set_multiplayer_authority(_main._id_of(holder))
		await _reach("given away, %d" % i)
		if _main._name == holder:
			car.hp = 10 + i
			car.place = Vector2(i, 10)
		var has_come := func(): return car.hp == 10 + i and car.place == Vector2(i, 10)
		await _main._soon("a spawned node is given away, %d" % i, has_come)
		await _reach("seen, %d" % i)
	if _main._is_server():
		car.free()
		await _reach("crushed")
		return
	await _main._soon("and taken away by who has spawned it", func(): return _node("Car") == null)
	await _reach("crushed")


func small_packets() -> void:
	if _main._is_server():
		_main._api.max_sync_packet_size = SMALL
		_main._api.max_delta_packet_size = SMALL
		for i in FEW:
			_main._spawn(Tile, "Few%d" % i, func(tile): tile.hp = i)
		await _reach("few")
		for i in FEW:
			_node("Few%d" % i).hp += 100
			_node("Few%d" % i).place = Vector2(i, 1)
		await _reach("few moved")
		_main._api.max_sync_packet_size = 1350
		_main._api.max_delta_packet_size = 65535
		return
	await _main._soon("30 nodes", func(): return _hp("Few%d" % (FEW - 1)) == FEW - 1)
	await _reach("few")
	var has_moved := func(i):
		return _hp("Few%d" % i) == 100 + i and _node("Few%d" % i).place == Vector2(i, 1)
	await _main._soon("30 nodes in packets of 200 octets", func(): return range(FEW).all(has_moved))
	await _reach("few moved")


## Whoever is to listen has the node before there is something to hear.
func added_later() -> void:
	if _main._is_server():
		await _reach("ears")
		_main._add_static("Added", ["x"], Sync.ON_CHANGE)
		_main.get_node("Added").x = "heard"
		await _reach("heard")
		_main.get_node("Added").free()
		await _reach("deaf")
		return
	_main._add_static("Added", ["x"], Sync.ON_CHANGE)
	await _reach("ears")
	await _main._soon("a synchronizer that is added later", func(): return _main.get_node("Added").x == "heard")
	await _reach("heard")
	_main.get_node("Added").free()
	await _reach("deaf")


func _node(node_name: String) -> Node:
	return _main._world(node_name)


func _hp(node_name: String) -> int:
	var node := _node(node_name)
	return -1 if node == null else node.hp


func _reach(phase: String) -> void:
	await _main._all_reach("odd: " + phase)
