extends "res://kit.gd"
## A client that calls a server in ways that are rare: what it sends, only the server can tell, which answers by
## `done(text)` when it has seen everything.
##
## --url=URL       the server
## --relay=off     server_relay off, as at the server
## --objects=on    allow_object_decoding, as at the server

var _answers: Array = []
var _answerers := {}
var _blobs: Array = []
var _texts: Array = []
var _api: SceneMultiplayer


class Thing:
	extends RefCounted


func run() -> void:
	_api = multiplayer as SceneMultiplayer
	_api.server_relay = arg("relay") != "off"
	_api.allow_object_decoding = arg("objects") == "on"
	var peer := WebSocketMultiplayerPeer.new()
	check_equal("create_client", peer.create_client(arg("url")), OK)
	_api.multiplayer_peer = peer
	# Only the one who is connected may call.
	check("a call before there is a connection is an error", rpc_id(1, "take", 0) != OK)
	if await expect_soon("connected", func(): return _api.get_peers().has(1), 10.0):
		_call()
		await expect_soon("the server has seen everything", func(): return not _texts.is_empty(), 10.0)
		check_equal("the server's verdict", _texts, ["seen"])
		check_equal("answered in turns", _answers, range(51))
		check_equal("by the server", _answerers.keys(), [1])
		check_equal("bytes, and no bytes as no argument", _blobs, [PackedByteArray([1]), null])
		check_equal("only the server is a peer", Array(_api.get_peers()), [1])
	finish()


func _call() -> void:
	var nothing: Object = null
	rpc_id(1, "take", nothing)
	rpc_id(1, "take", Resource.new())
	rpc_id(1, "bytes", PackedByteArray())
	rpc_id(1, "bytes", PackedByteArray([1, 2]))
	callv("rpc_id", [1, "take"] + range(255))
	# Printed as an error, and not sent.
	callv("rpc_id", [1, "take"] + range(256))
	for i in 10:
		rpc_id(1, "limited", i)
	$Absent.rpc_id(1, "touch")
	rpc_id(1, "ask", 0)


func _init() -> void:
	var absent := Node.new()
	absent.name = "Absent"
	absent.set_script(load("res://absent.gd"))
	add_child(absent)


@rpc("any_peer")
func take(_value) -> void:
	pass


@rpc("any_peer")
func bytes(_value) -> void:
	pass


@rpc("any_peer")
func limited(_number) -> void:
	pass


@rpc("any_peer")
func ask(_number) -> void:
	pass


@rpc("authority")
func answer(number) -> void:
	_answers.append(number)
	_answerers[_api.get_remote_sender_id()] = true
	if number < 50:
		rpc_id(1, "ask", number + 1)
	else:
		rpc_id(1, "finished")


@rpc("authority")
func blob(value = null) -> void:
	_blobs.append(value)


@rpc("authority")
func done(text) -> void:
	_texts.append(text)


@rpc("any_peer")
func finished() -> void:
	pass
