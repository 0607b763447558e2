extends "res://remote.gd"
## Servers whose every step a test decides (see remote.gd, which is with wire-client).
##
## --control=PORT  where the commands come from; `listen` and `accept_nonsense` beside those of all roles


func _carry_out(remote: Remote, command: Dictionary) -> Variant:
	match command.do:
		"listen":
			remote.listener = TCPServer.new()
			check_equal("listen", remote.listener.listen(0, "127.0.0.1"), OK)
			return remote.listener.get_local_port()
		"accept_nonsense":
			return remote.peer.accept_stream(StreamPeerBuffer.new())
	return super(remote, command)


## One connection a peer.
func _advance(id: int, remote: Remote) -> void:
	if remote.listener != null and remote.listener.is_connection_available():
		check_equal("accept_stream", remote.peer.accept_stream(remote.listener.take_connection()), OK)
		remote.listener.stop()
		remote.listener = null
		remote.state = remote.peer.get_ready_state()
		_tell({"peer": id, "state": remote.state})
	super(id, remote)
