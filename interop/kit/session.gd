extends "res://kit.gd"
## A member of a game in which all play one script: who takes part, and how it comes in.

const SERVER := "server"
const SERVER_ID := 1
const BUFFER_SIZE := 4 << 20
const MAX_PACKETS := 16384
const JOINING_SECONDS := 20.0
const STEP_SECONDS := 15.0

var _api: SceneMultiplayer
var _members: PackedStringArray
var _name := ""
var _values: Array  # of every type, from the project's values.json
var _game: Node
var _ids := {}  # by name, of the others


func _set_up() -> void:
	_api = multiplayer as SceneMultiplayer
	_name = arg("name")
	_members = arg("members", "server,a,b,c").split(",")
	var texts: Array = JSON.parse_string(FileAccess.get_file_as_string("res://values.json"))
	_values = texts.map(str_to_var)


func _host() -> bool:
	var port := free_port()
	var peer := _new_peer()
	if peer.create_server(port, "127.0.0.1") != OK:
		return check("create_server", false)
	_api.multiplayer_peer = peer
	note("LISTENING %d" % port)
	return true


func _join() -> void:
	var peer := _new_peer()
	peer.create_client(arg("url"))
	_api.multiplayer_peer = peer


func _new_peer() -> WebSocketMultiplayerPeer:
	var peer := WebSocketMultiplayerPeer.new()
	peer.inbound_buffer_size = BUFFER_SIZE
	peer.outbound_buffer_size = BUFFER_SIZE
	peer.max_queued_packets = MAX_PACKETS
	# Engines that start at the same time keep each other waiting.
	peer.handshake_timeout = 10.0
	return peer


# ---- members ----

func _my_id() -> int:
	return _api.get_unique_id()


func _id_of(member: String) -> int:
	return _my_id() if member == _name else _ids.get(member, 0)


func _is_server() -> bool:
	return _name == SERVER


func _leaver_name() -> String:
	return _members[-1]
