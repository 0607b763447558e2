extends Node
## What members call on each other. Every call is handed on with the peer that made it.

signal called(method: String, from: int, arguments: Array)


@rpc("any_peer")
func greet(member_name) -> void:
	_hand_on("greet", [member_name])


@rpc("any_peer")
func reach(phase) -> void:
	_hand_on("reach", [phase])


@rpc("any_peer")
func to_all(text) -> void:
	_hand_on("to_all", [text])


@rpc("any_peer")
func to_one(text) -> void:
	_hand_on("to_one", [text])


@rpc("any_peer")
func to_others(text) -> void:
	_hand_on("to_others", [text])


@rpc("any_peer")
func to_each(text) -> void:
	_hand_on("to_each", [text])


@rpc("authority")
func rule(text) -> void:
	_hand_on("rule", [text])


@rpc("authority", "call_local")
func rule_all(text) -> void:
	_hand_on("rule_all", [text])


@rpc("any_peer", "call_local")
func with_me(text) -> void:
	_hand_on("with_me", [text])


@rpc("any_peer", "call_remote", "unreliable_ordered", 2)
func count_up(number) -> void:
	_hand_on("count_up", [number])


@rpc("any_peer")
func big(bytes) -> void:
	_hand_on("big", [bytes.size()])


@rpc("any_peer")
func typed(count: int, text: String, at: Vector2) -> void:
	_hand_on("typed", [count, text, at])


@rpc("any_peer")
func defaults(first, second = 5, third = "x") -> void:
	_hand_on("defaults", [first, second, third])


@rpc("any_peer")
func take0() -> void:
	_hand_on("take0", [])


@rpc("any_peer")
func take1(a) -> void:
	_hand_on("take1", [a])


@rpc("any_peer")
func take2(a, b) -> void:
	_hand_on("take2", [a, b])


@rpc("any_peer")
func take3(a, b, c) -> void:
	_hand_on("take3", [a, b, c])


@rpc("any_peer")
func take4(a, b, c, d) -> void:
	_hand_on("take4", [a, b, c, d])


@rpc("any_peer")
func take5(a, b, c, d, e) -> void:
	_hand_on("take5", [a, b, c, d, e])


@rpc("any_peer")
func take6(a, b, c, d, e, f) -> void:
	_hand_on("take6", [a, b, c, d, e, f])


@rpc("any_peer")
func take7(a, b, c, d, e, f, g) -> void:
	_hand_on("take7", [a, b, c, d, e, f, g])


@rpc("any_peer")
func take8(a, b, c, d, e, f, g, h) -> void:
	_hand_on("take8", [a, b, c, d, e, f, g, h])


func no_rpc() -> void:
	_hand_on("no_rpc", [])


func _hand_on(method: String, arguments: Array) -> void:
	called.emit(method, multiplayer.get_remote_sender_id(), arguments)
