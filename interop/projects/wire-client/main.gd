extends "res://remote.gd"
## Clients whose every step a test decides (see remote.gd).
##
## --control=URL  where the commands come from; `connect` beside those of all roles


func _carry_out(remote: Remote, command: Dictionary) -> Variant:
	if command.do == "connect":
		# The test's certificate is nobody's business.
		var options := TLSOptions.client_unsafe() if command.trusting else null
		var error := remote.peer.connect_to_url(command.url, options)
		tell_state(int(command.peer), remote)
		return error
	return super(remote, command)
