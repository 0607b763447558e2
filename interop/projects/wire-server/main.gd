extends "res://remote.gd"
## Servers whose every step a test decides (see remote.gd, which is with wire-client).
##
## --control=URL  where the commands come from; `listen` beside those of all roles


func _carry_out(remote: Remote, command: Dictionary) -> Variant:
	if command.do == "listen":
		remote.listener = TCPServer.new()
		check_equal("listen", remote.listener.listen(0, "127.0.0.1"), OK)
		return remote.listener.get_local_port()
	return super(remote, command)


## One connection a peer.
func _advance(id: int, remote: Remote) -> void:
	if remote.listener != null and remote.listener.is_connection_available():
		check_equal("accept_stream", remote.peer.accept_stream(remote.listener.take_connection()), OK)
		remote.listener.stop()
		remote.listener = null
		tell_state(id, remote)
	super(id, remote)
