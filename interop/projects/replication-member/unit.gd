extends Node
## A property of every kind: in the state that a spawned node begins with or not, and every mode.

const Sync := preload("res://sync.gd")

var never_spawn := 0
var never_no := 0
var always_spawn := 0
var always_no := 0
var change_spawn := 0
var change_no := 0

var at_ready: Array
var states := 0
var changes := 0
var sync: MultiplayerSynchronizer


func _init() -> void:
	sync = Sync.add(self, [
		["never_spawn", true, Sync.NEVER], ["never_no", false, Sync.NEVER],
		["always_spawn", true, Sync.ALWAYS], ["always_no", false, Sync.ALWAYS],
		["change_spawn", true, Sync.ON_CHANGE], ["change_no", false, Sync.ON_CHANGE],
	])
	sync.synchronized.connect(func(): states += 1)
	sync.delta_synchronized.connect(func(): changes += 1)


func _ready() -> void:
	at_ready = values()


func values() -> Array:
	return [never_spawn, never_no, always_spawn, always_no, change_spawn, change_no]


func set_values(from: int) -> void:
	never_spawn = from
	never_no = from + 1
	always_spawn = from + 2
	always_no = from + 3
	change_spawn = from + 4
	change_no = from + 5
