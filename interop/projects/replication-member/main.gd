extends "res://member.gd"
## A member of a game whose nodes and states are replicated in every way there is. The script is the same as that of
## interop/replication/script.ts: members of both kinds run it together.
##
## --name=NAME       `server`, or the name of a client
## --members=NAMES   all of them, the server first (default server,a,b,c). The last one spawns nodes of its own, leaves and
##                   comes back
## --url=URL         client: the server
##
## A server notes `LISTENING port`.
##
## What is to be seen is waited for. What is not to be seen is not there when a later change (`Beat`) has come.

const Phases := preload("res://phases.gd")
const Oddities := preload("res://oddities.gd")

const TILES := 300


func run() -> void:
	_set_up()
	if _is_server():
		_host()
	else:
		_join()
	var everybody := func(): return _ids.size() == _members.size() - 1
	if await expect_soon("everybody is there", everybody, JOINING_SECONDS):
		for path in ["ClientSpawner", "ByClient"]:
			get_node(path).set_multiplayer_authority(_id_of(_leaver_name()))
		await _all_reach("met")
		await _modes()
		await _types()
		await _many()
		await _sizes()
		await _intervals()
		await _visibility()
		await _custom()
		await _authority()
		await _odd()
		await _leave_and_come_back()
		await _end()
	finish()


# ---- what is replicated when ----

func _modes() -> void:
	if _is_server():
		_spawn(Unit, "Unit", func(unit): unit.set_values(10))
		await _all_reach("unit")
		_world("Unit").set_values(110)
		await _all_reach("unit changed")
		return
	await _soon("a node is spawned", func(): return _spawned.has("Unit"))
	var unit := _world("Unit")
	check_equal("what it begins with is set before it is ready", unit.at_ready, [10, 0, 12, 0, 14, 0])
	await _soon("the rest comes with the first states", func(): return unit.values() == [10, 0, 12, 13, 14, 15])
	await _all_reach("unit")
	await _soon("always and on change", func(): return unit.values() == [10, 0, 112, 113, 114, 115])
	check("synchronized is signalled", unit.states > 1)
	check_equal("delta_synchronized is signalled once for each change", unit.changes, 2)
	await _all_reach("unit changed")


func _types() -> void:
	if _is_server():
		_set_values($Types)
		_make_values()
		await _all_reach("types")
		for name in ["p00", "p31", "p32", "p63"]:
			$Wide.set(name, 7)
		await _all_reach("wide")
		$Wide.p63 = 8
		await _all_reach("wide again")
		return
	await _soon("every type, on change", func(): return _difference($Types) == "")
	check_equal("every type: what differs", _difference($Types), "")
	var has_custom := func(): return $Custom.get_child_count() == 1
	await _soon("every type, in what a node begins with", has_custom)
	check_equal("every type at the beginning: what differs", _difference($Custom.get_child(0)), "")
	await _all_reach("types")
	await _soon("64 properties on change", func(): return _wide() == {"p00": 7, "p31": 7, "p32": 7, "p63": 7})
	await _all_reach("wide")
	await _soon("one of 64", func(): return _wide() == {"p00": 7, "p31": 7, "p32": 7, "p63": 8})
	await _all_reach("wide again")


func _set_values(node: Node) -> void:
	for i in _values.size():
		node.set("v%d" % i, _values[i])


func _make_values() -> void:
	var spawner := get_node("CustomSpawner") as MultiplayerSpawner
	var make := spawner.spawn_function
	spawner.spawn_function = func(data):
		var node: Node = make.call(data)
		_set_values(node)
		return node
	spawner.spawn("values")
	spawner.spawn_function = make


func _difference(node: Node) -> String:
	for i in _values.size():
		var got: Variant = node.get("v%d" % i)
		if var_to_str(got) != var_to_str(_values[i]):
			return "v%d: got %s, wanted %s" % [i, _brief(got), _brief(_values[i])]
	return ""


func _wide() -> Dictionary:
	var found := {}
	for name in _wide_names():
		if $Wide.get(name) != null:
			found[name] = $Wide.get(name)
	return found


func _many() -> void:
	if _is_server():
		for i in TILES:
			_spawn(Tile, "Tile%d" % i, _place.bind(i))
			_world("Tile%d" % i).hello.rpc("hello %d" % i)
		await _all_reach("tiles")
		for i in TILES:
			_world("Tile%d" % i).place.x += 1000
			_world("Tile%d" % i).hp += 1000
		await _all_reach("tiles moved")
		for i in TILES:
			_world("Tile%d" % i).queue_free()
		await _all_reach("tiles gone")
		return
	await _soon("300 nodes", func(): return _world("Tile%d" % (TILES - 1)) != null)
	check("300 nodes with their states", _tiles_are(0))
	var has_heard := func(i): return _world("Tile%d" % i).heard == ["hello %d" % i]
	await _soon("a call right behind each spawn", func(): return range(TILES).all(has_heard))
	await _all_reach("tiles")
	await _soon("300 nodes change", _tiles_are.bind(1000))
	await _all_reach("tiles moved")
	await _soon("300 nodes go", func(): return range(TILES).all(func(i): return _world("Tile%d" % i) == null))
	var tiles := _despawned.filter(func(node_name): return node_name.begins_with("Tile"))
	check_equal("despawned is signalled for each", tiles.size(), TILES)
	await _all_reach("tiles gone")


func _place(tile: Node, i: int) -> void:
	tile.place = Vector2(i, 0.5)
	tile.hp = i


func _tiles_are(more: int) -> bool:
	return range(TILES).all(func(i):
		var tile := _world("Tile%d" % i)
		return tile != null and tile.hp == i + more and tile.place == Vector2(i + more, 0.5))


func _sizes() -> void:
	if _is_server():
		_fill("Bag", 400)
		_fill("Chest", 20_000)
		await _all_reach("filled")
		_fill("Bag", 3000)
		await _beat()
		await _all_reach("filled too much")
		_fill("Bag", 20)
		await _all_reach("filled again")
		return
	await _soon("states that fill several packets", _are_full.bind("Bag", 400))
	await _soon("changes that fill several packets", _are_full.bind("Chest", 20_000))
	await _all_reach("filled")
	await _beat()
	check("a state that is too large is not sent", _are_full("Bag", 400))
	await _all_reach("filled too much")
	await _soon("and a smaller one is, again", _are_full.bind("Bag", 20))
	await _all_reach("filled again")


func _fill(what: String, length: int) -> void:
	for i in BAGS:
		get_node("%s%d" % [what, i]).text = str(i).repeat(length)


func _are_full(what: String, length: int) -> bool:
	return range(BAGS).all(func(i): return get_node("%s%d" % [what, i]).text == str(i).repeat(length))


# ---- how often ----

func _intervals() -> void:
	if _is_server():
		_ticking = true
		await _all_reach("ticked")
		_ticking = false
		await _all_reach("tick is over")
		return
	_counts.clear()
	var counted := func(): return _counts.get("Slow", 0) >= 5 and _counts.get("SlowChange", 0) >= 5
	await _soon("states and changes at intervals", counted)
	var fast: int = _counts.get("Fast", 0)
	var slow: int = _counts.get("Slow", 0)
	check("replication_interval holds states back", fast > 4 * slow, "%d and %d" % [fast, slow])
	var changed: int = _counts.get("FastChange", 0)
	var slowly: int = _counts.get("SlowChange", 0)
	check("delta_interval holds changes back", changed > 4 * slowly, "%d and %d" % [changed, slowly])
	await _all_reach("ticked")
	await _all_reach("tick is over")
	await _soon("the last value comes", func(): return $SlowChange.n == $FastChange.n and $Slow.n == $Fast.n)
	check("as often as there is an interval", _counts["Slow"] < _counts["Fast"])


# ---- who sees it ----

func _visibility() -> void:
	var phases := Phases.new(self)
	await phases.static_node()
	await phases.spawned_node()
	await phases.filtered_node()


# ---- nodes that are made by functions, and in others ----

func _custom() -> void:
	if _is_server():
		var spawner := get_node("CustomSpawner") as MultiplayerSpawner
		spawner.spawn(5)
		spawner.spawn({"a": [1, 2.5]})
		spawner.spawn(null)
		_spawn(Outer, "Outer")
		_world("Outer").add("Second", 2)
		var limited := get_node("LimitedSpawner") as MultiplayerSpawner
		for i in 3:
			limited.spawn(i)
		check("beyond the limit spawn gives nothing", limited.spawn(3) == null)
		await _all_reach("custom")
		_world("Outer").holder.get_node("First").n = 11
		await _all_reach("custom checked")
		_spawn(Tile, "Extra", func(tile): tile.hp = 9, "Limited")
		await _all_reach("limited")
		for tile in $Limited.get_children().slice(0, 2):
			tile.free()
		limited.spawn(4)
		await _all_reach("limited again")
		return
	await _soon("custom nodes", func(): return $Custom.get_child_count() == 4)
	var data := $Custom.get_children().map(func(node): return node.get_meta("data", "none"))
	check_equal("with what spawn was given", data, ["values", 5, {"a": [1, 2.5]}, "none"])
	check_equal("and what the function did", $Custom.get_child(1).hp, 5)
	await _soon("nested nodes", func(): return _inners() == {"First": 1, "Second": 2})
	var limited := func(): return $Limited.get_children().map(func(tile): return tile.hp)
	await _soon("a limit", func(): return limited.call() == [0, 1, 2])
	await _all_reach("custom")
	await _soon("a nested node changes", func(): return _inners() == {"First": 11, "Second": 2})
	check_equal("no more than the limit", limited.call(), [0, 1, 2])
	await _all_reach("custom checked")
	await _soon("nodes that are just added know no limit", func(): return limited.call() == [0, 1, 2, 9])
	await _all_reach("limited")
	await _soon("when some have gone, spawn gives one again", func(): return limited.call() == [2, 9, 4])
	await _all_reach("limited again")


func _inners() -> Dictionary:
	var outer := _world("Outer")
	var found := {}
	if outer != null:
		for inner in outer.holder.get_children():
			found[str(inner.name)] = inner.n
	return found


# ---- whose word counts ----

func _authority() -> void:
	await _play()
	await _hand_over()
	await _spawn_as_client()


## Each client has a player, which only the server moves, and only the client aims.
func _play() -> void:
	if _is_server():
		for id in _ids.values():
			_spawn(Player, str(id), func(player): player.place = Vector2(id, 1))
	else:
		await _soon("a player for each", func(): return _players().size() == _members.size() - 1)
		check("whose synchronizers have two authorities", _players().all(func(player):
			return player.authority_at_ready == str(player.name).to_int()))
		check("and which are where the server put them", _players().all(func(player):
			return player.place == Vector2(str(player.name).to_int(), 1)))
	await _all_reach("players")
	if not _is_server():
		var player := _world(str(_my_id()))
		player.aim = Vector2(_my_id(), 2)
		player.turn = 0.5
		# Not for us to say.
		player.place = Vector2(-1, -1)
	var others := func(): return _players().filter(func(player): return str(player.name) != str(_my_id()))
	await _soon("clients aim", func(): return others.call().all(func(player):
		return player.aim == Vector2(str(player.name).to_int(), 2) and player.turn == 0.5))
	await _all_reach("aimed")
	check("and do not move", others.call().all(func(player):
		return player.place == Vector2(str(player.name).to_int(), 1)))
	await _all_reach("not moved")


func _players() -> Array:
	return $World.get_children().filter(func(node): return node.has_node("Input"))


## The ball goes from the server to each client and back.
func _hand_over() -> void:
	var holders := Array(_members) + [SERVER]
	for i in holders.size():
		$Ball.set_multiplayer_authority(_id_of(holders[i]))
		if _name != holders[i]:
			$Ball.x = "none of %s's business" % _name
		await _all_reach("the ball is handed over, %d" % i)
		if _name == holders[i]:
			$Ball.x = "%d with %s" % [i, _name]
		await _soon("the ball is handed over, %d" % i, func(): return $Ball.x == "%d with %s" % [i, holders[i]])
		await _all_reach("the ball was seen, %d" % i)


func _spawn_as_client() -> void:
	if _name == _leaver_name():
		for i in 3:
			_spawn(Tile, "Mine%d" % i, func(tile): tile.hp = 10 + i, "ByClient")
		await _all_reach("a client spawned")
		get_node("ByClient/Mine1").hp = 21
		await _all_reach("a client changed")
		get_node("ByClient/Mine0").queue_free()
		await _all_reach("a client despawned")
		return
	await _soon("a client spawns", func(): return _mine() == {"Mine0": 10, "Mine1": 11, "Mine2": 12})
	await _all_reach("a client spawned")
	await _soon("a client's node changes", func(): return _mine() == {"Mine0": 10, "Mine1": 21, "Mine2": 12})
	await _all_reach("a client changed")
	await _soon("a client despawns", func(): return _mine() == {"Mine1": 21, "Mine2": 12})
	check("despawned is signalled for the client's", _despawned.has("Mine0"))
	await _all_reach("a client despawned")


func _mine() -> Dictionary:
	var found := {}
	for tile in get_node("ByClient").get_children():
		if not tile.is_queued_for_deletion():
			found[str(tile.name)] = tile.hp
	return found


# ---- what is rare ----

func _odd() -> void:
	var oddities := Oddities.new(self)
	await oddities.same_name()
	await oddities.two_synchronizers()
	await oddities.parts()
	await oddities.give_away()
	await oddities.small_packets()
	await oddities.added_later()


# ---- leaving and coming back ----

func _leave_and_come_back() -> void:
	if _name == _leaver_name():
		await _reached_by("go", [SERVER])
		_api.multiplayer_peer.close()
		await _soon("leaving: what others have spawned goes", func():
			return $World.get_child_count() == 0 and $Custom.get_child_count() == 0)
		check("leaving: one's own stays", get_node("ByClient").get_child_count() == 2)
		for tile in get_node("ByClient").get_children():
			tile.free()
		_ids.clear()
		_reached.clear()
		_spawned.clear()
		_join()
		var everybody := func(): return _ids.size() == _members.size() - 1
		await expect_soon("late: everybody is there", everybody, JOINING_SECONDS)
		await _check_late()
	else:
		var before := _id_of(_leaver_name())
		if _is_server():
			_world("Unit").set_values(210)
			_game.reach.rpc_id(before, "go")
		await _soon("what the leaver has spawned goes", func(): return _mine().is_empty())
		if _is_server():
			_world(str(before)).queue_free()
		else:
			await _soon("and its player, as the server does it", func(): return _world(str(before)) == null)
		await _soon("the leaver comes back", func(): return _id_of(_leaver_name()) != before)
	await _all_reach("together again")
	# Not with `Unit`: its changes are refused by engines in which a leaver's synchronizer had the same number.
	if _is_server():
		_spawn(Unit, "Again", func(unit): unit.set_values(300))
		await _all_reach("again")
		_world("Again").set_values(310)
	else:
		await _soon("nodes go on being spawned for all", func(): return _world("Again") != null)
		await _all_reach("again")
		var values := func(): return _world("Again").values().slice(2)
		await _soon("states go on for all", func(): return values.call() == [312, 313, 314, 315])
	await _all_reach("late")


func _check_late() -> void:
	await _soon("late: nested nodes", func(): return _inners() == {"First": 11, "Second": 2})
	await _soon("late: a node spawned before", func(): return _world("Unit") != null)
	check_equal("late: with what it is now", _world("Unit").at_ready, [210, 0, 212, 0, 214, 0])
	await _soon("late: players", func(): return _players().size() == _members.size() - 2)
	check("late: where they are", _players().all(func(player): return player.place.y == 1))
	await _soon("late: how they aim", func(): return _players().all(func(player): return player.aim.y == 2))
	check_equal("late: custom nodes", $Custom.get_child_count(), 4)
	await _soon("late: nodes that were there before", func(): return $Wide.p63 == 8)


# ---- the end ----

func _end() -> void:
	if _is_server():
		await _reached_by("end", _ids.keys())
		_game.reach.rpc("dismissed")
		await _soon("everybody leaves", func(): return _api.get_peers().is_empty())
		check("what the server has spawned stays", _world("Unit") != null)
	else:
		_game.reach.rpc_id(SERVER_ID, "end")
		await _reached_by("dismissed", [SERVER])
		_api.multiplayer_peer.close()
