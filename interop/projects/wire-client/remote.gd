extends "res://kit.gd"
## Gives a test the use of WebSocketPeers from afar. Connects to --control=URL, a WebSocket of the test's (which web
## engines have too), and takes commands there, each a text of JSON that names a peer by a number of the test's own.
## Answers them in order of arrival, and tells what happens to the peers in between: all of them are polled once a
## frame.
##
## Bytes are written as {"hex": "…"}, or as {"fill": length} for so many times "x".

const CONTENT_SHOWN := 64
const CONTROL_BUFFER_SIZE := 1 << 20

var _control := WebSocketPeer.new()
var _remotes := {}
## Answers that wait for frames to pass.
var _late := []


class Remote:
	var peer := WebSocketPeer.new()
	var listener: TCPServer
	var fetches := true
	var polls := true
	var state := WebSocketPeer.STATE_CLOSED


func run() -> void:
	_control.inbound_buffer_size = CONTROL_BUFFER_SIZE
	_control.outbound_buffer_size = CONTROL_BUFFER_SIZE
	check_equal("control", _control.connect_to_url(arg("control")), OK)


func _process(_delta: float) -> void:
	_control.poll()
	if _control.get_ready_state() != WebSocketPeer.STATE_OPEN:
		return
	while _control.get_available_packet_count() > 0:
		_take(JSON.parse_string(_control.get_packet().get_string_from_utf8()))
	for id: int in _remotes.keys():
		_advance(id, _remotes[id])
	for answer: Dictionary in _late.duplicate():
		answer.frames -= 1
		if answer.frames <= 0:
			_late.erase(answer)
			_tell({"answers": answer.number, "value": null})


## What a command does beyond those of all roles; overridden.
func _carry_out(_remote: Remote, command: Dictionary) -> Variant:
	check("command %s" % command.do, false)
	return null


func _take(command: Dictionary) -> void:
	if command.do == "sync":
		_late.append({"number": command.number, "frames": 3})
		return
	if command.do == "quit":
		check("quit", true)
		finish()
		return
	var id := int(command.peer)
	if not _remotes.has(id):
		_remotes[id] = Remote.new()
	_tell({"answers": command.number, "value": _shown(_do(id, _remotes[id], command))})


func _do(id: int, remote: Remote, command: Dictionary) -> Variant:
	match command.do:
		"set":
			for property: String in command.properties:
				_apply(remote, property, command.properties[property])
			return null
		"call":
			return remote.peer.callv(command.method, command.arguments.map(_meant))
		"flood":
			return _flood(remote.peer, int(command.size), int(command.limit))
		"accept_nonsense":
			return remote.peer.accept_stream(StreamPeerBuffer.new())
		"release":
			remote.peer.close(-1)
			_remotes.erase(id)
			return null
	return _carry_out(remote, command)


func _apply(remote: Remote, property: String, value: Variant) -> void:
	if property in ["fetches", "polls"]:
		remote[property] = value
	else:
		remote.peer.set(property, value)


## Sends until the peer will not, or the limit is reached.
func _flood(peer: WebSocketPeer, size: int, limit: int) -> Dictionary:
	var message := _filled(size)
	var sent := 0
	var error := OK
	while sent < limit:
		error = peer.send(message)
		if error != OK:
			break
		sent += 1
	return {"sent": sent, "error": error, "waiting": peer.get_current_outbound_buffered_amount()}


func _advance(id: int, remote: Remote) -> void:
	if remote.polls:
		_poll(id, remote)


func _poll(id: int, remote: Remote) -> void:
	var peer := remote.peer
	peer.poll()
	if remote.fetches:
		while peer.get_available_packet_count() > 0:
			var packet := peer.get_packet()
			var shown := packet.slice(0, CONTENT_SHOWN).hex_encode()
			_tell({"peer": id, "text": peer.was_string_packet(), "size": packet.size(), "hex": shown})
	tell_state(id, remote)


## Tells the state when it is another.
func tell_state(id: int, remote: Remote) -> void:
	if remote.peer.get_ready_state() != remote.state:
		remote.state = remote.peer.get_ready_state()
		_tell({"peer": id, "state": remote.state})


func _tell(what: Dictionary) -> void:
	_control.send_text(JSON.stringify(what))


func _meant(value: Variant) -> Variant:
	if value is Dictionary:
		return _filled(int(value.fill)) if value.has("fill") else String(value.hex).hex_decode()
	return value


func _shown(value: Variant) -> Variant:
	return {"hex": value.hex_encode()} if value is PackedByteArray else value


func _filled(size: int) -> PackedByteArray:
	var bytes := PackedByteArray()
	bytes.resize(size)
	bytes.fill(120)
	return bytes
