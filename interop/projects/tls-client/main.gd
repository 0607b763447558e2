extends "res://kit.gd"
## A WebSocketPeer client that either opens or finds itself refused.
##
## --url=URL      must open; the first message (a peer id of four octets) arrives
## --refused=URL  must not
## --tls=MODE     see kit.gd


func run() -> void:
	if has_arg("url"):
		await _check_opens(arg("url"))
	if has_arg("refused"):
		await _check_refused(arg("refused"))
	finish()


func _check_opens(url: String) -> void:
	var socket := _connect(url)
	if not await expect_soon("opens", _is_in_state.bind(socket, WebSocketPeer.STATE_OPEN)):
		return
	var arrived := func() -> bool:
		socket.poll()
		return socket.get_available_packet_count() > 0
	await expect_soon("the first message arrives", arrived)
	check_equal("its length", socket.get_packet().size(), 4)
	socket.close(1000, "bye")
	await expect_soon("closes", _is_in_state.bind(socket, WebSocketPeer.STATE_CLOSED))
	check_equal("close code", socket.get_close_code(), 1000)


func _check_refused(url: String) -> void:
	var socket := _connect(url)
	# Soon: not by a time limit of the server's.
	await expect_soon("refused", _is_in_state.bind(socket, WebSocketPeer.STATE_CLOSED), 2.5)
	check_equal("no close code", socket.get_close_code(), -1)


func _connect(url: String) -> WebSocketPeer:
	var socket := WebSocketPeer.new()
	check_equal("connect_to_url", socket.connect_to_url(url, tls_client_options()), OK)
	return socket


func _is_in_state(socket: WebSocketPeer, state: WebSocketPeer.State) -> bool:
	socket.poll()
	return socket.get_ready_state() == state
