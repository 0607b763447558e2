extends "res://session.gd"
## A member of a game: its nodes, how it comes in, and what has come. What it does then is in main.gd.

const Game := preload("res://game.gd")
const Leaf := preload("res://leaf.gd")
const Owned := preload("res://owned.gd")
const Configured := preload("res://configured.gd")

const PASSWORD := "sesame"
const SLEEPY := "says nothing"
const AUTH_SECONDS := 1.0
const DEEPEST := 8
const MANY := 600
const WIDE := 300
const UNICODE_NAMES := ["Ünï çödé", "名前"]

var _password := ""
var _nodes := {}  # by path below this one

var _calls := {}  # "path.method" -> sender -> [arguments of each call]
var _packets := {}  # sender -> [text of each packet]
var _joined: Array[int] = []
var _left: Array[int] = []
var _arrivals := 0
var _server_losses := 0
var _auth_failures: Array[int] = []
var _auth_data: Array[String] = []
var _refused := 0


func _set_up() -> void:
	super()
	_build()
	_api.peer_connected.connect(_on_peer_connected)
	_api.peer_disconnected.connect(func(id): _left.append(id))
	_api.connected_to_server.connect(func(): _arrivals += 1)
	_api.server_disconnected.connect(func(): _server_losses += 1)
	_api.peer_packet.connect(_on_packet)
	_api.peer_authenticating.connect(_on_authenticating)
	_api.peer_authentication_failed.connect(func(id): _auth_failures.append(id))
	_api.auth_callback = _on_auth


# ---- nodes ----

func _build() -> void:
	_game = _add("Game", Game.new())
	_add("Owned", Owned.new())
	_add("Configured", Configured.new())
	_add("Comes", Leaf.new())
	_add("Later", Leaf.new())
	_add("Uneven", _generated(["common"] + (["extra"] if _name == _owner_name() else [])).new())
	_add("Wide", _generated(range(WIDE).map(func(i): return "m%03d" % i)).new())
	for path in _deep_paths():
		_add(path, Leaf.new())
	_add("Many", Node.new())
	for i in MANY:
		_add("Many/N%d" % i, Leaf.new())


func _add(path: String, node: Node) -> Node:
	var parent: Node = _nodes[path.get_base_dir()] if path.contains("/") else self
	node.name = path.get_file()
	_nodes[path] = node
	if node.has_signal("called"):
		node.connect("called", _on_called.bind(path))
	parent.add_child(node)
	return node


func _deep_paths() -> Array:
	var paths := []
	for depth in DEEPEST:
		paths.append("/".join(range(depth + 1).map(func(i): return "D%d" % i)))
	paths.append(UNICODE_NAMES[0])
	paths.append("/".join(UNICODE_NAMES))
	return paths


## A script with these RPCs.
func _generated(methods: Array) -> GDScript:
	var lines := ["extends Node", "signal called(method, from, arguments)"]
	for method in methods:
		lines.append("@rpc(\"any_peer\")\nfunc %s(text):" % method)
		lines.append("\tcalled.emit(\"%s\", multiplayer.get_remote_sender_id(), [text])" % method)
	var script := GDScript.new()
	script.source_code = "\n".join(lines) + "\n"
	script.reload()
	return script


# ---- coming in ----

func _host() -> bool:
	_api.auth_timeout = AUTH_SECONDS
	return super()


func _attempt(password: String) -> void:
	_password = password
	# The server's time limit is to be seen, not ours.
	_api.auth_timeout = 0
	_join()
	var is_over := func(): return _arrivals > 0 or not _auth_failures.is_empty()
	await until(is_over, JOINING_SECONDS)


func _on_authenticating(id: int) -> void:
	if _name != SERVER and _password != SLEEPY:
		_api.send_auth(id, _password.to_utf8_buffer())


func _on_auth(id: int, data: PackedByteArray) -> void:
	var text := data.get_string_from_utf8()
	if _name != SERVER:
		_auth_data.append(text)
		_api.complete_auth(id)
	elif text == PASSWORD:
		_api.send_auth(id, "welcome".to_utf8_buffer())
		_api.complete_auth(id)
	else:
		_refused += 1
		_api.disconnect_peer(id)


## In the turn of connecting.
func _on_peer_connected(id: int) -> void:
	_joined.append(id)
	_game.greet.rpc_id(id, _name)


func _forget() -> void:
	for things in [_ids, _calls, _packets, _joined, _left, _auth_failures, _auth_data]:
		things.clear()
	_arrivals = 0
	_server_losses = 0


# ---- waiting for each other ----

## Tells the others that I am through with a phase, and waits until all of them are.
func _all_reach(phase: String) -> void:
	_game.reach.rpc(phase)
	await _reached_by(phase, _ids.keys())


func _reached_by(phase: String, members: Array) -> void:
	var has_reached := func(member):
		return _ids.has(member) and _calls.get("Game.reach", {}).get(_ids[member], []).has([phase])
	if not await until(func(): return members.all(has_reached), STEP_SECONDS):
		check("reached by %s: %s" % [members, phase], false)


func _reached_by_id(phase: String, id: int) -> void:
	var has_reached := func(): return _calls.get("Game.reach", {}).get(id, []).has([phase])
	if not await until(has_reached, STEP_SECONDS):
		check("reached by %d: %s" % [id, phase], false)


# ---- what came ----

func _on_called(method: String, from: int, arguments: Array, path: String) -> void:
	if method == "greet":
		_ids[arguments[0]] = from
	var key := "%s.%s" % [path, method]
	if method == "big" and arguments[0] > BUFFER_SIZE:
		key += "_lost"
	var calls: Dictionary = _calls.get_or_add(key, {})
	calls.get_or_add(from, []).append(arguments)


func _on_packet(from: int, bytes: PackedByteArray) -> void:
	_packets.get_or_add(from, []).append(bytes.get_string_from_utf8())


## Exactly one call of each of these senders and none of anybody else.
func _check_calls(what: String, key: String, senders: Array, arguments_of: Callable) -> void:
	_check_each(what, key, senders, func(id): return [arguments_of.call(id)])


## Exactly these calls of each of these senders and none of anybody else.
func _check_each(what: String, key: String, senders: Array, calls_of: Callable, wrap := true) -> void:
	var wanted := {}
	for id in senders:
		var calls: Array = calls_of.call(id)
		wanted[id] = calls.map(func(call): return call if call is Array else [call]) if wrap else calls
	check_equal(what, _calls.get(key, {}), wanted)


func _text(what: String, from := _my_id()) -> String:
	return "%s, from %d" % [what, from]


func _text_of(id: int, what: String) -> String:
	return _text(what, id)


# ---- members ----

func _next() -> String:
	return _members[(_members.find(_name) + 1) % _members.size()]


func _previous() -> String:
	return _members[_members.find(_name) - 1]


func _owner_name() -> String:
	return _members[1]


func _sorted(values: Array) -> Array:
	var copy := Array(values, TYPE_NIL, "", null)
	copy.sort()
	return copy
