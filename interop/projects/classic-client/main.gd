extends "res://kit.gd"
# Godot 3: a WebSocketClient of a server that sends every packet back with the same kind.
#
# --url=URL       the server; it agrees on the subprotocol "chat"
# --ends=us       we disconnect with 4001 "from Godot 3"
# --ends=server   we ask for it by the text "close", and expect 4002 "as you wish"

const BYTES = [0, 1, 2, 254, 255]

var _client = WebSocketClient.new()
var _received = []


func run():
	_client.connect("connection_established", self, "_on_established")
	_client.connect("connection_error", self, "_on_error")
	_client.connect("connection_closed", self, "_on_closed")
	_client.connect("data_received", self, "_on_data")
	_client.connect("server_close_request", self, "_on_close_request")
	var headers = PoolStringArray(["X-Token: 7"])
	check_equal("connect_to_url", _client.connect_to_url(arg("url"), PoolStringArray(["mail", "chat"]), false, headers), OK)


func _process(_delta):
	_client.poll()


func _on_established(protocol):
	check_equal("protocol", protocol, "chat")
	_peer(WebSocketPeer.WRITE_MODE_TEXT).put_packet("grüße".to_utf8())


func _on_error():
	check("no connection_error", false)
	finish()


func _on_data():
	var packet = _client.get_peer(1).get_packet()
	var is_text = _client.get_peer(1).was_string_packet()
	_received.append(packet.get_string_from_utf8() if is_text else Array(packet))
	if _received.size() == 1:
		_peer(WebSocketPeer.WRITE_MODE_BINARY).put_packet(PoolByteArray(BYTES))
	elif _received.size() == 2:
		check_equal("echoes", _received, ["grüße", BYTES])
		if arg("ends") == "us":
			_client.disconnect_from_host(4001, "from Godot 3")
		else:
			_peer(WebSocketPeer.WRITE_MODE_TEXT).put_packet("close".to_utf8())


func _on_close_request(code, reason):
	check_equal("server_close_request", [code, reason], [4002, "as you wish"])


func _on_closed(was_clean):
	# Whoever began to close does not look at the answer in Godot 3, and takes every such end for an unclean one.
	check_equal("clean", was_clean, arg("ends") == "server")
	finish()


func _peer(write_mode):
	var peer = _client.get_peer(1)
	peer.set_write_mode(write_mode)
	return peer
