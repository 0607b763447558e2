extends Node
## Does what client.js does: sends one packet, prints what comes, and leaves when its packet is back.
##
## The URL is the one set in the scene, or that of the command line: `godot -- --url=ws://localhost:9080`.

const TEXT := "Test packet"

@export var url := "ws://localhost:9080"

var _socket := WebSocketPeer.new()
var _is_open := false


func _ready() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--url="):
			url = argument.trim_prefix("--url=")
	if _socket.connect_to_url(url) != OK:
		printerr("Cannot connect to ", url)
		set_process(false)


func _process(_delta: float) -> void:
	# Nothing happens to the socket but here.
	_socket.poll()
	var state := _socket.get_ready_state()
	if state == WebSocketPeer.STATE_OPEN and not _is_open:
		_is_open = true
		print("Connected with protocol: ", _socket.get_selected_protocol())
		_socket.send_text(TEXT)
	# Packets can still be read when the socket is closed already.
	while _socket.get_available_packet_count() > 0:
		_on_packet(_socket.get_packet())
	if state == WebSocketPeer.STATE_CLOSED:
		print("Closed with code: %d, reason: %s" % [_socket.get_close_code(), _socket.get_close_reason()])
		set_process(false)


func _on_packet(packet: PackedByteArray) -> void:
	if not _socket.was_string_packet():
		print("Got %d bytes from server" % packet.size())
		return
	var text := packet.get_string_from_utf8()
	print("Got data from server: ", text)
	if text == TEXT:
		_socket.close(1000, "That is all")
