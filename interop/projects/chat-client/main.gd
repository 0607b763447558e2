extends "res://kit.gd"
## A client of a chat as Godot's demo has it: texts by the subprotocol demo-chat, the room in the URL.
##
## --url=URL    of the server and the room
## --say=TEXT   sent when somebody else has connected
## --until=TEXT leaves when this is heard

const PROTOCOL := "demo-chat"

var _socket := WebSocketPeer.new()


func run() -> void:
	_socket.supported_protocols = PackedStringArray([PROTOCOL])
	check_equal("connecting", _socket.connect_to_url(arg("url")), OK)
	await expect_soon("open", _is_open, 10)
	check_equal("subprotocol", _socket.get_selected_protocol(), PROTOCOL)
	note("OPEN")
	await expect_soon("hears %s" % arg("until"), _hears_the_end, 15)
	_socket.close(1000, "bye")
	await expect_soon("closed", _is_closed)
	check_equal("close code", _socket.get_close_code(), 1000)
	finish()


func _is_open() -> bool:
	_socket.poll()
	return _socket.get_ready_state() == WebSocketPeer.STATE_OPEN


func _is_closed() -> bool:
	_socket.poll()
	return _socket.get_ready_state() == WebSocketPeer.STATE_CLOSED


func _hears_the_end() -> bool:
	_socket.poll()
	var is_heard := false
	while _socket.get_available_packet_count() > 0:
		var text := _socket.get_packet().get_string_from_utf8()
		if not check("a text", _socket.was_string_packet()):
			continue
		note("HEARD " + text)
		if text.ends_with(" connected") and has_arg("say"):
			_socket.send_text(arg("say"))
		is_heard = is_heard or text.ends_with(arg("until"))
	return is_heard
