extends "res://kit.gd"
## A member of a room: joins by WebSocketMultiplayerPeer and exchanges calls and bytes with the other clients.
##
## --url=URL      the server; it may be a mere relay that knows no nodes, so nothing is expected of peer 1
## --name=NAME    unique in the room; the member with the last name leaves early
## --expect=N     the number of peers a member sees: the server and the other clients (default 3)
## --room=TEXT    is part of everything that is sent, so members must agree on it
## --tls=MODE     for wss://: see kit.gd
## --forbid=TEXT  must not be part of anything received (the --room of another room)
##
## Nothing here waits for time to pass: whatever a member sends to another arrives in order. So when the
## others' reach() has arrived, all that they sent before it has too, and what is missing then never comes.

const Room := preload("res://room.gd")
## Engines that are started together do not come up together.
const JOINING_SECONDS := 20.0
const SERVER_ID := 1

var _room: Node
var _my_id := 0
var _others: Array[int] = []  # ids of the other clients, without the server
var _names := {}  # by id, mine included
var _calls := {}  # method -> sender -> [arguments of each call]
var _packets := {}  # sender -> [text of each packet]
var _joined: Array[int] = []
var _left: Array[int] = []
var _server_losses := 0
var _values := [
	true, -70000, 5000000000, 0.1, "ü €", Vector2(1.5, -2), {"a": [1, null]}, PackedByteArray([0, 255])
]


func run() -> void:
	_room = Room.new()
	_room.name = "Room"
	add_child(_room)
	_room.called.connect(_on_called)
	multiplayer.peer_connected.connect(func(id): _joined.append(id))
	multiplayer.peer_disconnected.connect(func(id): _left.append(id))
	multiplayer.server_disconnected.connect(func(): _server_losses += 1)
	(multiplayer as SceneMultiplayer).peer_packet.connect(_on_packet)

	if await _join() and await _introduce():
		await _exchange()
		if _my_name() == _sorted_names().back():
			await _leave()
		else:
			await _stay_behind()
	_check_nothing_forbidden()
	finish()


func _join() -> bool:
	var peer := WebSocketMultiplayerPeer.new()
	if not check_equal("create_client", peer.create_client(arg("url"), tls_client_options()), OK):
		return false
	multiplayer.multiplayer_peer = peer
	var expected := int(arg("expect", "3"))
	var all_here := func(): return multiplayer.get_peers().size() == expected
	if not await expect_soon("sees %d peers" % expected, all_here, JOINING_SECONDS):
		return false
	var peers := Array(multiplayer.get_peers())
	check("the server is one of them", peers.has(SERVER_ID))
	check_equal("peer_connected for the server first", _joined[0], SERVER_ID)
	check_equal("peer_connected for each of them", _sorted(_joined), _sorted(peers))
	_my_id = multiplayer.get_unique_id()
	check("has an id of its own", _my_id > SERVER_ID and not peers.has(_my_id), str(_my_id))
	note("JOINED %d" % _my_id)
	for id in peers:
		if id != SERVER_ID:
			_others.append(id)
	return true


func _introduce() -> bool:
	_names[_my_id] = arg("name")
	_room.introduce.rpc(_my_name())
	if not await expect_soon("the others tell their names", _heard_from_others.bind("introduce")):
		return false
	for id in _others:
		_names[id] = _calls.introduce[id][0][0]
	var is_unique := func(member): return _names.values().count(member) == 1
	return check("different names", _names.values().all(is_unique), str(_names))


func _exchange() -> void:
	# Everybody singles out the next one in the order of names, and is singled out by the previous one.
	var order := _sorted_names().map(func(member): return _names.find_key(member))
	var my_place := order.find(_my_id)
	var next: int = order[(my_place + 1) % order.size()]
	var previous: int = order[my_place - 1]

	_room.say.rpc(_text("to all"))
	_room.chant.rpc(_text("to all and myself"))
	_room.whisper.rpc_id(next, _text("to one"))
	_room.gossip.rpc_id(-next, _text("to all but one"))
	_room.wave.rpc()
	_room.callv("rpc", ["show_values"] + _values)
	var api := multiplayer as SceneMultiplayer
	api.send_bytes(_text("bytes to all").to_utf8_buffer())
	api.send_bytes(_text("bytes to one").to_utf8_buffer(), next)
	api.send_bytes(_text("bytes to all but one").to_utf8_buffer(), -next)
	await _all_reach("exchanged")

	var not_previous := _others.filter(func(id): return id != previous)
	_check_calls("say", _others, func(id): return [_text("to all", id)])
	_check_calls("chant", _others + [_my_id], func(id): return [_text("to all and myself", id)])
	_check_calls("whisper", [previous], func(id): return [_text("to one", id)])
	_check_calls("gossip", not_previous, func(id): return [_text("to all but one", id)])
	_check_calls("wave", _others, func(_id): return [])
	_check_calls("show_values", _others, func(_id): return _values)
	var wanted := {}
	for id in _others:
		var second := "bytes to one" if id == previous else "bytes to all but one"
		wanted[id] = [_text("bytes to all", id), _text(second, id)]
	check_equal("packets", _packets, wanted)
	# Nobody leaves before everybody has checked.
	await _all_reach("checked")


func _leave() -> void:
	await _expect_reached("dismissed", _others)
	check_equal("nobody left before me", _left, [] as Array[int])
	multiplayer.multiplayer_peer.close()
	await expect_soon("sees no peers after leaving", func(): return multiplayer.get_peers().is_empty())


func _stay_behind() -> void:
	var leaver: int = _names.find_key(_sorted_names().back())
	_room.reach.rpc_id(leaver, "dismissed")
	await expect_soon("peer_disconnected", func(): return not _left.is_empty())
	check_equal("it is the one who left", _left, [leaver] as Array[int])
	check("is no peer any more", not multiplayer.get_peers().has(leaver))
	_others.erase(leaver)

	_room.say.rpc(_text("to those who stayed"))
	await _all_reach("stayed")
	var wanted := {leaver: [[_text("to all", leaver)]]}
	for id in _others:
		wanted[id] = [[_text("to all", id)], [_text("to those who stayed", id)]]
	check_equal("calls of say() in all", _calls.say, wanted)
	check_equal("the server was never lost", _server_losses, 0)
	await _break_up()


## A Godot server drops what comes together with the end of a connection, so nobody goes before everybody has
## what he sent: the first one by name lets the others go and is the last to leave.
func _break_up() -> void:
	var first: int = _names.find_key(_sorted_names().front())
	if _my_id == first:
		await _expect_reached("heard all", _others)
		_room.reach.rpc("dismissed")
		await expect_soon("the others leave", func(): return _others.all(_left.has))
	else:
		_room.reach.rpc_id(first, "heard all")
		await _expect_reached("dismissed", [first])


func _check_nothing_forbidden() -> void:
	if not has_arg("forbid"):
		return
	var everything := var_to_str([_calls, _packets])
	check("heard nothing of the other room", not everything.contains(arg("forbid")), _brief(everything))


## Tells the others that I am through with a phase, and waits until all of them are.
func _all_reach(phase: String) -> void:
	_room.reach.rpc(phase)
	await _expect_reached(phase, _others)


func _expect_reached(phase: String, ids: Array) -> void:
	var has_reached := func(id): return _calls.get("reach", {}).get(id, []).has([phase])
	await expect_soon("reached by the others: %s" % phase, func(): return ids.all(has_reached), 10.0)


func _heard_from_others(method: String) -> bool:
	return _others.all(func(id): return _calls.get(method, {}).has(id))


## Exactly one call of each of these senders and none of anybody else.
func _check_calls(method: String, senders: Array, arguments_of: Callable) -> void:
	var wanted := {}
	for id in senders:
		wanted[id] = [arguments_of.call(id)]
	var got: Dictionary = _calls.get(method, {})
	check_equal("calls of %s()" % method, got, wanted)


func _on_called(method: String, from: int, arguments: Array) -> void:
	var calls: Dictionary = _calls.get_or_add(method, {})
	calls.get_or_add(from, []).append(arguments)


func _on_packet(from: int, bytes: PackedByteArray) -> void:
	_packets.get_or_add(from, []).append(bytes.get_string_from_utf8())


func _text(what: String, from := _my_id) -> String:
	return "%s, from %s in %s" % [what, _names[from], arg("room", "the room")]


func _my_name() -> String:
	return arg("name")


func _sorted_names() -> Array:
	return _sorted(_names.values())


func _sorted(values: Array) -> Array:
	var copy := Array(values, TYPE_NIL, "", null)
	copy.sort()
	return copy
