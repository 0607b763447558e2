extends "res://member.gd"
## A member of a game, server or client, that calls the other members in every way there is. The script is the same
## as that of interop/rpc/script.ts: members of both kinds run it together.
##
## --name=NAME       `server`, or the name of a client
## --members=NAMES   all of them, the server first (default server,a,b,c). The first client owns a node, has an RPC
##                   that the others have not, and is thrown out in the end; the last one leaves and comes back
## --url=URL         client: the server
##
## A server notes `LISTENING port`.
##
## Nothing here waits for time to pass: whatever a member sends to another arrives in order. So when the others'
## reach() has arrived, all that they sent before it has too, and what is missing then never comes.

const BURST := 200
const MOST_ARGUMENTS := 8


func run() -> void:
	_set_up()
	if await _enter() and await _meet():
		await _exchange()
		await _leave_and_come_back()
		await _throw_out()
	finish()


# ---- coming in ----

func _enter() -> bool:
	if _name == SERVER:
		return _host()
	await _attempt("wrong")
	check_equal("refused: the authentication fails", _auth_failures, [SERVER_ID] as Array[int])
	check_equal("refused: never connected", _arrivals, 0)
	_auth_failures.clear()
	await _attempt(SLEEPY)
	check_equal("timed out: the authentication fails", _auth_failures, [SERVER_ID] as Array[int])
	check_equal("timed out: never connected", _arrivals, 0)
	_auth_failures.clear()
	await _attempt(PASSWORD)
	check_equal("accepted: what the server sent", _auth_data, ["welcome"] as Array[String])
	check_equal("refused and timed out: the server was lost each time", _server_losses, 2)
	_server_losses = 0
	return check("accepted: connected", _arrivals == 1 and _auth_failures.is_empty())


func _meet() -> bool:
	var everybody := func(): return _ids.size() == _members.size() - 1
	if not await expect_soon("greeted by everybody in the turn of connecting", everybody, JOINING_SECONDS):
		return false
	check_equal("those who greeted are the peers", _sorted(_ids.values()), _sorted(_api.get_peers()))
	check_equal("each of them was signalled once", _sorted(_joined), _sorted(_api.get_peers()))
	if _name == SERVER:
		check_equal("an id of its own", _api.get_unique_id(), SERVER_ID)
		check_equal("authentications refused", _refused, _members.size() - 1)
		check_equal("authentications timed out", _auth_failures.size(), _members.size() - 1)
		check_equal("nobody is left authenticating", _api.get_authenticating_peers().size(), 0)
	else:
		var id := _api.get_unique_id()
		check("an id of its own", id > SERVER_ID and not _api.get_peers().has(id), str(id))
		check_equal("the server came first", _joined[0], SERVER_ID)
	_nodes["Owned"].set_multiplayer_authority(_id_of(_owner_name()))
	await _all_reach("met")
	return true


# ---- calls ----

func _exchange() -> void:
	var everybody := _ids.values()
	_call_all_kinds()
	_check_refusals_at_home()
	_call_with_arguments()
	_call_what_is_refused()
	_call_at_many_nodes("first")
	_send_bytes()
	await _all_reach("exchanged")
	_check_all_kinds()
	_check_arguments()
	_check_what_was_refused()
	_check_many_nodes("first", "600 nodes, by path")
	_check_bytes()
	_check_calls("a call before its node is there", "Later.touch", everybody, _text_of.bind("early"))
	_calls.erase("Comes.touch")
	_nodes["Comes"].free()
	_add("Comes", Leaf.new())
	await _all_reach("checked")

	_call_at_many_nodes("second")
	_nodes["Comes"].rpc("touch", _text("again"))
	_send_too_much()
	_game.rpc("to_all", _text("behind"))
	await _all_reach("exchanged again")
	_check_many_nodes("second", "600 nodes, by number")
	_check_calls("a node that left and came back", "Comes.touch", everybody, _text_of.bind("again"))
	check("nothing came of what was too large", not _calls.has("Game.big_lost"))
	_check_calls("a large packet", "Game.big", everybody, func(_id): return [1 << 20])
	var texts := func(id): return [_text("to all", id), _text("behind", id)]
	_check_each("calls go on behind what was too large", "Game.to_all", everybody, texts)
	await _all_reach("checked again")


func _call_all_kinds() -> void:
	_game.to_all.rpc(_text("to all"))
	_game.with_me.rpc(_text("to all and me"))
	_game.to_one.rpc_id(_id_of(_next()), _text("to one"))
	_game.to_others.rpc_id(-_id_of(_next()), _text("to all but one"))
	for id in _ids.values():
		_game.to_each.rpc_id(id, _text("to each"))
	_game.rule.rpc(_text("authority"))
	if _name == SERVER:
		_game.rule_all.rpc(_text("authority and me"))
	_nodes["Owned"].act.rpc(_text("owner"))
	for path in _deep_paths():
		_nodes[path].touch.rpc(_text(path))
	for i in WIDE:
		_nodes["Wide"].rpc_id(_id_of(_next()), "m%03d" % i, i)
	_nodes["Configured"].tag.rpc(_text("tag"))
	_nodes["Configured"].script_too.rpc(_text("script"))
	_nodes["Uneven"].common.rpc(_text("common"))
	_nodes["Later"].touch.rpc(_text("early"))


func _check_all_kinds() -> void:
	var everybody := _ids.values()
	var not_previous := everybody.filter(func(id): return id != _id_of(_previous()))
	var but_server := [] if _name == SERVER else [SERVER_ID]
	_check_calls("any_peer, to all", "Game.to_all", everybody, _text_of.bind("to all"))
	_check_calls("call_local, to all", "Game.with_me", everybody + [_my_id()], _text_of.bind("to all and me"))
	_check_calls("to one", "Game.to_one", [_id_of(_previous())], _text_of.bind("to one"))
	_check_calls("to all but one", "Game.to_others", not_previous, _text_of.bind("to all but one"))
	_check_calls("to each", "Game.to_each", everybody, _text_of.bind("to each"))
	_check_calls("authority is the server", "Game.rule", but_server, _text_of.bind("authority"))
	_check_calls("authority with call_local", "Game.rule_all", [SERVER_ID], _text_of.bind("authority and me"))
	var owner_id := _id_of(_owner_name())
	var but_owner := [] if _my_id() == owner_id else [owner_id]
	_check_calls("authority is a client", "Owned.act", but_owner, _text_of.bind("owner"))
	for path in _deep_paths():
		_check_calls("a node at %s" % path, path + ".touch", everybody, _text_of.bind(path))
	var wide := range(WIDE).all(func(i):
		return _calls.get("Wide.m%03d" % i, {}) == {_id_of(_previous()): [[i]]})
	check("a node with 300 RPCs", wide)
	_check_calls("set on the node alone", "Configured.tag", everybody, _text_of.bind("tag"))
	_check_calls("of the script beside it", "Configured.script_too", everybody, _text_of.bind("script"))
	_check_calls("in spite of another checksum", "Uneven.common", everybody, _text_of.bind("common"))
	check_equal("no sender outside of a call", _api.get_remote_sender_id(), 0)


func _check_refusals_at_home() -> void:
	var me := _my_id()
	check("to oneself without call_local is an error", _game.rpc_id(me, "to_all", "me") != OK)
	# Only printed as one.
	_game.rpc_id(1_999_999_999, "to_all", "nobody")
	check("what is no RPC is an error", _game.rpc_id(_id_of(_next()), "no_rpc") != OK)
	check("no bytes are an error", _api.send_bytes(PackedByteArray(), _id_of(_next())) != OK)


# ---- arguments ----

func _call_with_arguments() -> void:
	for count in MOST_ARGUMENTS + 1:
		for i in _rounds(count):
			_game.callv("rpc", ["take%d" % count] + _arguments(count, i))
	_game.rpc("defaults", 1)
	_game.rpc("defaults", 1, 2)
	_game.rpc("defaults", 1, 2, 3)
	_game.rpc("typed", 3.75, &"x", Vector2i(1, 2))
	_game.rpc("typed", 4, "y", Vector2(0.5, 2))


func _rounds(count: int) -> int:
	return 1 if count == 0 else _values.size()


## Every value stands at every place once.
func _arguments(count: int, start: int) -> Array:
	return range(count).map(func(i): return _values[(start + i) % _values.size()])


func _check_arguments() -> void:
	for count in MOST_ARGUMENTS + 1:
		var wanted := range(_rounds(count)).map(func(i): return _arguments(count, i))
		var got: Dictionary = _calls.get("Game.take%d" % count, {})
		var differences := _ids.values().map(func(id): return _difference(got.get(id, []), wanted))
		var is_equal := got.size() == _ids.size() and differences.all(func(text): return text == "")
		check("%d arguments of every type" % count, is_equal, str(differences))
	var defaults := func(_id): return [[1, 5, "x"], [1, 2, "x"], [1, 2, 3]]
	_check_each("default arguments missing", "Game.defaults", _ids.values(), defaults, false)
	var typed := func(_id): return [[3, "x", Vector2(1, 2)], [4, "y", Vector2(0.5, 2)]]
	_check_each("arguments are converted to their types", "Game.typed", _ids.values(), typed, false)


## Empty when the calls are the same. Text tells 1 from 1.0 inside of containers too; bytes have padding that is not
## always the same.
func _difference(got: Array, wanted: Array) -> String:
	for i in wanted.size():
		if i >= got.size():
			return "%d calls instead of %d" % [got.size(), wanted.size()]
		if var_to_str(got[i]) != var_to_str(wanted[i]):
			return "call %d: got %s, wanted %s" % [i, _brief(got[i]), _brief(wanted[i])]
	return "" if got.size() == wanted.size() else "%d calls instead of %d" % [got.size(), wanted.size()]


# ---- what is refused ----

func _call_what_is_refused() -> void:
	_game.rpc("typed", "three", "x", Vector2())
	_game.rpc("typed", 3, 4, Vector2())
	_game.rpc("typed", 3, "x", null)
	_game.rpc("typed", 3)
	_game.rpc("defaults")
	_game.rpc("defaults", 1, 2, 3, 4)
	_nodes["Configured"].rpc("shut", _text("shut"))
	if _name == _owner_name():
		_nodes["Uneven"].rpc("extra", _text("extra"))


func _check_what_was_refused() -> void:
	var typed: Dictionary = _calls.get("Game.typed", {})
	check("wrong arguments are refused", _ids.values().all(func(id): return typed[id].size() == 2))
	var defaults: Dictionary = _calls.get("Game.defaults", {})
	check("too few and too many are refused", _ids.values().all(func(id): return defaults[id].size() == 3))
	check("to nobody arrives nowhere", not _has_come_to_nobody())
	check("what is disabled is refused", not _calls.has("Configured.shut"))
	check("what only the caller knows is refused", not _calls.has("Uneven.extra"))


func _has_come_to_nobody() -> bool:
	return _calls.get("Game.to_all", {}).values().any(func(calls): return calls.has(["nobody"]))


# ---- many nodes ----

func _call_at_many_nodes(text: String) -> void:
	for i in MANY:
		_nodes["Many/N%d" % i].touch.rpc_id(_id_of(_next()), "%s %d" % [text, i])


func _check_many_nodes(text: String, what: String) -> void:
	var is_called := func(i):
		var got: Array = _calls.get("Many/N%d.touch" % i, {}).get(_id_of(_previous()), [])
		return got.back() == ["%s %d" % [text, i]] and got.size() == (1 if text == "first" else 2)
	check(what, range(MANY).all(is_called))


# ---- bytes ----

func _send_bytes() -> void:
	var next := _id_of(_next())
	_api.send_bytes(_text("bytes to all").to_utf8_buffer())
	_api.send_bytes(_text("bytes to one").to_utf8_buffer(), next)
	_api.send_bytes(_text("bytes to all but one").to_utf8_buffer(), -next)


func _check_bytes() -> void:
	var got_all := _packets.keys().size() == _ids.size()
	var got_one := true
	var got_others := true
	for id in _ids.values():
		var texts: Array = _packets.get(id, [])
		var is_previous: bool = id == _id_of(_previous())
		got_all = got_all and texts.count(_text("bytes to all", id)) == 1
		got_one = got_one and texts.count(_text("bytes to one", id)) == (1 if is_previous else 0)
		got_others = got_others and texts.count(_text("bytes to all but one", id)) == (0 if is_previous else 1)
	check("bytes to all", got_all, str(_packets))
	check("bytes to one", got_one, str(_packets))
	check("bytes to all but one", got_others, str(_packets))


func _send_too_much() -> void:
	var bytes := PackedByteArray()
	bytes.resize(1 << 20)
	_game.rpc("big", bytes)
	bytes.resize(BUFFER_SIZE + 1000)
	_game.rpc("big", bytes)


# ---- leaving and coming back ----

func _leave_and_come_back() -> void:
	var leaver: int = _id_of(_leaver_name())
	if _name == _leaver_name():
		await _reached_by("go", _ids.keys())
		for i in BURST:
			_game.count_up.rpc(i)
		_api.multiplayer_peer.close()
		await _come_back()
	else:
		_game.reach.rpc_id(leaver, "go")
		await _stay(leaver)
	await _all_reach("together again")
	_game.rpc("to_all", _text("late"))
	_nodes["D0/D1/D2"].rpc("touch", _text("late"))
	_game.rpc("with_me", _text("late, with me"))
	await _all_reach("late")
	var everybody := _ids.values()
	var last := func(key, id): return _calls.get(key, {}).get(id, [[""]]).back()
	check("to all, with a late joiner", everybody.all(
			func(id): return last.call("Game.to_all", id) == [_text("late", id)]))
	check("at a known node, with a late joiner", everybody.all(
			func(id): return last.call("D0/D1/D2.touch", id) == [_text("late", id)]))
	check("call_local, with a late joiner", (everybody + [_my_id()]).all(
			func(id): return last.call("Game.with_me", id) == [_text("late, with me", id)]))
	if _name != _leaver_name():
		_game.rpc_id(leaver, "to_all", "nobody")
	await _all_reach("late checked")
	check("to the one who left arrives nowhere", not _has_come_to_nobody())


func _come_back() -> void:
	var before := _my_id()
	check("no peers after leaving", await until(func(): return _api.get_peers().is_empty(), STEP_SECONDS))
	_forget()
	await _attempt(PASSWORD)
	var everybody := func(): return _ids.size() == _members.size() - 1
	await expect_soon("late: greeted by everybody", everybody, JOINING_SECONDS)
	check("late: with another id", _my_id() != before)
	_nodes["Owned"].set_multiplayer_authority(_id_of(_owner_name()))


func _stay(leaver: int) -> void:
	await expect_soon("the leaver is signalled", func(): return _left.has(leaver), STEP_SECONDS)
	check("and is no peer any more", not _api.get_peers().has(leaver) and _left.size() == 1)
	var got: Array = _calls.get("Game.count_up", {}).get(leaver, [])
	var in_order := range(got.size()).all(func(i): return got[i] == [i])
	check("what it sent before has no hole", in_order and got.size() <= BURST, str(got.size()))
	var stayed := _ids.keys().filter(func(member): return member != _leaver_name())
	if _ids.get(_leaver_name()) == leaver:
		_ids.erase(_leaver_name())
	for member in stayed:
		_game.to_each.rpc_id(_id_of(member), _text("stayed"))
		_game.reach.rpc_id(_id_of(member), "stayed")
	await _reached_by("stayed", stayed)
	check("calls go on among those who stayed", stayed.all(func(member):
		return _calls["Game.to_each"][_id_of(member)].back() == [_text("stayed", _id_of(member))]))
	var is_back := func(): return _ids.has(_leaver_name())
	await expect_soon("the leaver comes back with another id", is_back, JOINING_SECONDS)


# ---- the end ----

func _throw_out() -> void:
	var thrown := _owner_name()
	var thrown_id := _id_of(thrown)
	if _name == thrown:
		_game.reach.rpc_id(SERVER_ID, "throw me out")
		await expect_soon("thrown out: the server is lost", func(): return _server_losses == 1, STEP_SECONDS)
		check("thrown out: no peers", _api.get_peers().is_empty())
		return
	_ids.erase(thrown)
	if _name == SERVER:
		await _reached_by_id("throw me out", thrown_id)
		_api.disconnect_peer(thrown_id)
		check("the one thrown out is no peer", not _api.get_peers().has(thrown_id))
		await _end_of_server()
		check("nor signalled here", not _left.has(thrown_id))
	else:
		var is_signalled := func(): return _left.has(thrown_id)
		await expect_soon("the one thrown out is signalled to the others", is_signalled, STEP_SECONDS)
		await _end_of_client()


## A Godot server drops what comes together with the end of a connection, so nobody goes before he is told to.
func _end_of_server() -> void:
	await _reached_by("end", _ids.keys())
	_game.reach.rpc("dismissed")
	await expect_soon("everybody leaves", func(): return _api.get_peers().is_empty(), STEP_SECONDS)


func _end_of_client() -> void:
	_game.reach.rpc_id(SERVER_ID, "end")
	await _reached_by("dismissed", [SERVER])
	check_equal("the server was never lost", _server_losses, 0)
	_api.multiplayer_peer.close()
