extends Node
## The base of every test project's main.gd: arguments, checks, waiting and the verdict.
##
## A project overrides run() and ends it with finish(). Only the RESULT line that finish() prints counts as
## success: a script that breaks off on the way never prints it, and the watchdog ends such a run.

const DEFAULT_WATCHDOG_SECONDS := 20.0
const MAX_VALUE_LENGTH := 500

var _args := {}
var _passed := 0
var _failed := 0
var _finished := false


func _ready() -> void:
	for argument in OS.get_cmdline_user_args():
		var parts := argument.trim_prefix("--").split("=", true, 1)
		_args[parts[0]] = parts[1] if parts.size() > 1 else "true"
	var seconds := float(arg("watchdog", str(DEFAULT_WATCHDOG_SECONDS)))
	get_tree().create_timer(seconds, true, false, true).timeout.connect(_on_watchdog.bind(seconds))
	run()


## What the project does; overridden.
func run() -> void:
	pass


## The value of `--key=value`, or the fallback.
func arg(key: String, fallback := "") -> String:
	return _args.get(key, fallback)


func has_arg(key: String) -> bool:
	return _args.has(key)


## TLS for a client as `--tls` says: `trusted` checks the server by res://trusted.crt (and for the name of
## `--common-name`), `unsafe` checks nothing. Null, for Godot's own default, without it.
func tls_client_options() -> TLSOptions:
	match arg("tls"):
		"trusted":
			return TLSOptions.client(_certificate("res://trusted.crt"), arg("common-name"))
		"unsafe":
			return TLSOptions.client_unsafe()
	return null


## TLS for a server with `--tls`: by res://server.key and res://server.crt. Null without it.
func tls_server_options() -> TLSOptions:
	if not has_arg("tls"):
		return null
	var key := CryptoKey.new()
	check_equal("load res://server.key", key.load("res://server.key"), OK)
	return TLSOptions.server(key, _certificate("res://server.crt"))


func _certificate(path: String) -> X509Certificate:
	var certificate := X509Certificate.new()
	check_equal("load " + path, certificate.load(path), OK)
	return certificate


## Prints a line that a test can wait for.
func note(text: String) -> void:
	print(text)


func check(what: String, condition: bool, detail := "") -> bool:
	if _finished:
		return condition
	if condition:
		_passed += 1
	else:
		_failed += 1
	# One line and unambiguous, whatever the texts hold.
	var line := {"name": what, "ok": condition}
	if not condition and detail != "":
		line.detail = detail
	print("CHECK ", JSON.stringify(line))
	return condition


## Types count too: 1 and 1.0 are not equal here.
func check_equal(what: String, got: Variant, wanted: Variant) -> bool:
	var equal: bool = typeof(got) == typeof(wanted) and got == wanted
	# Long values are not worth turning into text unless something is wrong with them.
	return check(what, equal, "" if equal else "got %s, wanted %s" % [_brief(got), _brief(wanted)])


## Waits until the condition holds; tells whether it did in time. `await until(func(): return …, 5.0)`.
func until(condition: Callable, seconds: float) -> bool:
	var deadline := Time.get_ticks_msec() + int(seconds * 1000)
	while not condition.call():
		if Time.get_ticks_msec() > deadline:
			return false
		await get_tree().process_frame
	return true


## Like until(), with a failed check when it takes too long.
func expect_soon(what: String, condition: Callable, seconds := 5.0) -> bool:
	return check(what, await until(condition, seconds), "not within %s s" % seconds)


## For create_server(), which does not tell which port it got when asked for any.
func free_port() -> int:
	var listener := TCPServer.new()
	listener.listen(0, "127.0.0.1")
	var port := listener.get_local_port()
	listener.stop()
	return port


## The verdict; nothing counts after it.
func finish() -> void:
	if _finished:
		return
	_finished = true
	print("RESULT %d passed, %d failed" % [_passed, _failed])
	get_tree().quit(0 if _failed == 0 and _passed > 0 else 1)


func _on_watchdog(seconds: float) -> void:
	check("ended within %s s" % seconds, false)
	finish()


func _brief(value: Variant) -> String:
	var text := var_to_str(value).replace("\n", " ")
	if text.length() <= MAX_VALUE_LENGTH:
		return text
	return "%s… (%d characters)" % [text.left(MAX_VALUE_LENGTH), text.length()]
