extends "res://kit.gd"
## A game server that knows the nodes of room-client, for proving that script on engines alone.
##
## --port=N      0 (default) takes a free port
## --tls         clients come by wss://: see kit.gd
## --members=N   ends when so many clients have come and gone (default 3)
##
## Notes `LISTENING port`.

const Room := preload("res://room.gd")
## The watchdog ends the run earlier.
const FOREVER := 3600.0

var _room: Node
var _joined := {}
var _left := {}
var _said := {}
var _packets := {}


func run() -> void:
	_room = Room.new()
	_room.name = "Room"
	add_child(_room)
	_room.called.connect(_on_called)
	multiplayer.peer_connected.connect(func(id): _joined[id] = true)
	multiplayer.peer_disconnected.connect(func(id): _left[id] = true)
	(multiplayer as SceneMultiplayer).peer_packet.connect(func(id, _bytes): _packets[id] = true)

	var port := int(arg("port", "0"))
	if port == 0:
		port = free_port()
	var peer := WebSocketMultiplayerPeer.new()
	if not check_equal("create_server", peer.create_server(port, "127.0.0.1", tls_server_options()), OK):
		finish()
		return
	multiplayer.multiplayer_peer = peer
	note("LISTENING %d" % port)

	var members := int(arg("members", "3"))
	await until(func(): return _left.size() >= members, FOREVER)
	check_equal("members that came", _joined.size(), members)
	check_equal("members whose broadcast call arrived", _said.size(), members)
	check_equal("members whose broadcast bytes arrived", _packets.size(), members)
	finish()


func _on_called(method: String, from: int, _arguments: Array) -> void:
	if method == "say":
		_said[from] = true
