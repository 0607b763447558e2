extends Node
# kit.gd for Godot 3: the same lines for the harness, and the little that its projects need.

var _args = {}
var _passed = 0
var _failed = 0
var _finished = false


func _ready():
	for argument in OS.get_cmdline_args():
		if argument.begins_with("--"):
			var parts = argument.substr(2).split("=", true, 1)
			_args[parts[0]] = parts[1] if parts.size() > 1 else "true"
	var seconds = float(arg("watchdog", "20"))
	get_tree().create_timer(seconds).connect("timeout", self, "_on_watchdog", [seconds])
	run()


# What the project does; overridden.
func run():
	pass


func arg(key, fallback = ""):
	return _args.get(key, fallback)


func note(text):
	print(text)


func check(what, condition, detail = ""):
	if _finished:
		return condition
	if condition:
		_passed += 1
	else:
		_failed += 1
	var line = {"name": what, "ok": condition}
	if not condition and detail != "":
		line["detail"] = detail
	print("CHECK ", to_json(line))
	return condition


func check_equal(what, got, wanted):
	var equal = typeof(got) == typeof(wanted) and got == wanted
	return check(what, equal, "" if equal else "got %s, wanted %s" % [var2str(got), var2str(wanted)])


func finish():
	if _finished:
		return
	_finished = true
	print("RESULT %d passed, %d failed" % [_passed, _failed])
	get_tree().quit(0 if _failed == 0 and _passed > 0 else 1)


func _on_watchdog(seconds):
	check("ended within %s s" % seconds, false)
	finish()
