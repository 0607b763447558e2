extends "res://kit.gd"
## A WebSocketPeer client of a server that sends every message back with the same kind.
##
## --url=URL            the echo server
## --protocol=NAME      offers this subprotocol (and one the server does not know) and expects it to be chosen
## --server-closes=URL  a server that closes by itself, with --server-code=N and --server-reason=TEXT
## --refused=URL[,URL]  where a connection must fail
## --tls=MODE           for wss://: see kit.gd

const BUFFER_SIZE := 1 << 20
const BURST := 60


func run() -> void:
	if has_arg("url"):
		await _check_echoes()
		await _check_close(4001, "custom")
	if has_arg("server-closes"):
		await _check_server_closes(arg("server-closes"))
	if has_arg("refused"):
		for url in arg("refused").split(","):
			await _check_refused(url)
	finish()


func _check_echoes() -> void:
	var socket := _connect(arg("url"))
	if not await _opens("opens", socket):
		return
	check_equal("selected protocol", socket.get_selected_protocol(), arg("protocol"))

	for text in ["hello", "", "héllo wörld €😀 日本語", "x".repeat(126), "ü".repeat(40000)]:
		check_equal("sending %d characters" % text.length(), socket.send_text(text), OK)
		await _check_echo("text of %d characters" % text.length(), socket, text.to_utf8_buffer(), true)
	for size in [0, 1, 125, 126, 65535, 65536]:
		var bytes := _bytes(size)
		check_equal("sending %d bytes" % size, socket.send(bytes, WebSocketPeer.WRITE_MODE_BINARY), OK)
		await _check_echo("%d bytes" % size, socket, bytes, false)
	check_equal("put_packet", socket.put_packet(_bytes(3)), OK)
	await _check_echo("put_packet", socket, _bytes(3), false)
	check_equal("put_var", socket.put_var({"a": [1, 2.5, "x"]}), OK)
	if await _receives("put_var", socket):
		check_equal("put_var: content", socket.get_var(), {"a": [1, 2.5, "x"]})
	await _check_burst(socket)
	await _closes("close 1000", socket, 1000, "bye")


func _check_burst(socket: WebSocketPeer) -> void:
	for i in BURST:
		if i % 2 == 0:
			socket.send_text("message %d" % i)
		else:
			socket.put_packet(_bytes(i))
	var received := []
	var all_there := func() -> bool:
		socket.poll()
		while socket.get_available_packet_count() > 0:
			var packet := socket.get_packet()
			received.append(packet.get_string_from_utf8() if socket.was_string_packet() else packet)
		return received.size() >= BURST
	await expect_soon("burst: all echoes arrive", all_there)
	var wanted := range(BURST).map(func(i): return "message %d" % i if i % 2 == 0 else _bytes(i))
	check_equal("burst: content and order", received, wanted)


func _check_close(code: int, reason: String) -> void:
	var socket := _connect(arg("url"))
	if await _opens("opens again", socket):
		await _closes("close %d" % code, socket, code, reason)


func _check_server_closes(url: String) -> void:
	var socket := _connect(url)
	await expect_soon("server closes: CLOSED", _is_in_state.bind(socket, WebSocketPeer.STATE_CLOSED))
	check_equal("server closes: code", socket.get_close_code(), int(arg("server-code", "1000")))
	check_equal("server closes: reason", socket.get_close_reason(), arg("server-reason"))


func _check_refused(url: String) -> void:
	var was_open := [false]
	var socket := _connect(url)
	var is_closed := func() -> bool:
		var closed := _is_in_state(socket, WebSocketPeer.STATE_CLOSED)
		was_open[0] = was_open[0] or socket.get_ready_state() == WebSocketPeer.STATE_OPEN
		return closed
	await expect_soon("refused %s: CLOSED" % url, is_closed)
	check("refused %s: never open" % url, not was_open[0])
	# A browser follows its error event with a close event that says 1006.
	var code := socket.get_close_code()
	check("refused %s: no close code" % url, code == -1 or OS.has_feature("web") and code == 1006, str(code))


func _connect(url: String) -> WebSocketPeer:
	var socket := WebSocketPeer.new()
	socket.inbound_buffer_size = BUFFER_SIZE
	socket.outbound_buffer_size = BUFFER_SIZE
	if has_arg("protocol"):
		socket.supported_protocols = PackedStringArray(["unknown-to-all", arg("protocol")])
	check_equal("connect_to_url", socket.connect_to_url(url, tls_client_options()), OK)
	return socket


func _is_in_state(socket: WebSocketPeer, state: WebSocketPeer.State) -> bool:
	socket.poll()
	return socket.get_ready_state() == state


func _opens(what: String, socket: WebSocketPeer) -> bool:
	return await expect_soon(what, _is_in_state.bind(socket, WebSocketPeer.STATE_OPEN))


func _receives(what: String, socket: WebSocketPeer) -> bool:
	var arrived := func() -> bool:
		socket.poll()
		return socket.get_available_packet_count() > 0
	return await expect_soon("%s: echo arrives" % what, arrived)


func _check_echo(what: String, socket: WebSocketPeer, wanted: PackedByteArray, is_text: bool) -> void:
	if await _receives(what, socket):
		check_equal("%s: content" % what, socket.get_packet(), wanted)
		check_equal("%s: is text" % what, socket.was_string_packet(), is_text)


func _closes(what: String, socket: WebSocketPeer, code: int, reason: String) -> void:
	socket.close(code, reason)
	await expect_soon("%s: CLOSED" % what, _is_in_state.bind(socket, WebSocketPeer.STATE_CLOSED))
	check_equal("%s: code" % what, socket.get_close_code(), code)
	check_equal("%s: reason" % what, socket.get_close_reason(), reason)


func _bytes(size: int) -> PackedByteArray:
	var bytes := PackedByteArray()
	bytes.resize(size)
	for i in size:
		bytes[i] = (i * 7 + size) & 255
	return bytes
