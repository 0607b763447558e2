extends "res://kit.gd"
## A server of TCPServer and WebSocketPeer.accept_stream() that sends every message back with the same kind.
## The text `close:CODE:REASON` makes it close that connection, `quit` ends the run.
##
## --port=N         0 (default) takes a free port
## --protocol=NAME  the one subprotocol it speaks
## --tls            clients come by wss://: see kit.gd
##
## Notes `LISTENING port`, and for each connection `OPEN url protocol` and `CLOSED code reason`.

const BUFFER_SIZE := 1 << 20

var _listener := TCPServer.new()
var _tls: TLSOptions
var _connecting: Array[WebSocketPeer] = []
var _open: Array[WebSocketPeer] = []
var _served := 0


func run() -> void:
	_tls = tls_server_options()
	if not check_equal("listen", _listener.listen(int(arg("port", "0")), "127.0.0.1"), OK):
		finish()
		return
	note("LISTENING %d" % _listener.get_local_port())


func _process(_delta: float) -> void:
	while _listener.is_connection_available():
		_accept(_listener.take_connection())
	for socket in _connecting.duplicate():
		_advance(socket)
	for socket in _open.duplicate():
		_serve(socket)


func _accept(stream: StreamPeerTCP) -> void:
	var socket := WebSocketPeer.new()
	socket.inbound_buffer_size = BUFFER_SIZE
	socket.outbound_buffer_size = BUFFER_SIZE
	if has_arg("protocol"):
		socket.supported_protocols = PackedStringArray([arg("protocol")])
	if socket.accept_stream(_secured(stream)) == OK:
		_connecting.append(socket)


## The TLS handshake goes on while the WebSocketPeer is polled.
func _secured(stream: StreamPeerTCP) -> StreamPeer:
	if _tls == null:
		return stream
	var tls := StreamPeerTLS.new()
	check_equal("accept_stream of TLS", tls.accept_stream(stream, _tls), OK)
	return tls


func _advance(socket: WebSocketPeer) -> void:
	socket.poll()
	if socket.get_ready_state() == WebSocketPeer.STATE_CONNECTING:
		return
	_connecting.erase(socket)
	if socket.get_ready_state() == WebSocketPeer.STATE_OPEN:
		note("OPEN %s %s" % [socket.get_requested_url(), socket.get_selected_protocol()])
		_served += 1
		_open.append(socket)
		# Messages may have come together with the handshake.
		_echo_waiting(socket)
	else:
		note("REFUSED")


func _serve(socket: WebSocketPeer) -> void:
	socket.poll()
	_echo_waiting(socket)
	if socket.get_ready_state() == WebSocketPeer.STATE_CLOSED:
		note("CLOSED %d %s" % [socket.get_close_code(), socket.get_close_reason()])
		_open.erase(socket)


func _echo_waiting(socket: WebSocketPeer) -> void:
	while socket.get_available_packet_count() > 0:
		var packet := socket.get_packet()
		if not socket.was_string_packet():
			socket.send(packet, WebSocketPeer.WRITE_MODE_BINARY)
			continue
		var text := packet.get_string_from_utf8()
		if text == "quit":
			check("served a connection", _served > 0)
			finish()
		elif text.begins_with("close:"):
			var parts := text.split(":", true, 2)
			socket.close(int(parts[1]), parts[2] if parts.size() > 2 else "")
		else:
			socket.send_text(text)
