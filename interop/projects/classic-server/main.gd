extends "res://kit.gd"
# Godot 3: a WebSocketServer that sends every packet back with the same kind, and prints what its signals tell.
# To the text "close" it disconnects the client with 4002 "as you wish".
#
# --port=N   where to listen

var _server = WebSocketServer.new()


func run():
	_server.connect("client_connected", self, "_on_connected")
	_server.connect("client_disconnected", self, "_on_disconnected")
	_server.connect("client_close_request", self, "_on_close_request")
	_server.connect("data_received", self, "_on_data")
	check_equal("listen", _server.listen(int(arg("port")), PoolStringArray(["chat"])), OK)
	note("LISTENING")


func _process(_delta):
	if _server.is_listening():
		_server.poll()


func _on_connected(_id, protocol):
	note("CONNECTED %s" % protocol)


func _on_disconnected(_id, was_clean):
	note("DISCONNECTED %s" % was_clean)


func _on_close_request(_id, code, reason):
	note("CLOSE REQUEST %s %s" % [code, reason])


func _on_data(id):
	var peer = _server.get_peer(id)
	var packet = peer.get_packet()
	var is_text = peer.was_string_packet()
	if is_text and packet.get_string_from_utf8() == "close":
		_server.disconnect_peer(id, 4002, "as you wish")
		return
	peer.set_write_mode(WebSocketPeer.WRITE_MODE_TEXT if is_text else WebSocketPeer.WRITE_MODE_BINARY)
	peer.put_packet(packet)
