extends Node
## Joins the arena: `godot -- [--url=ws://127.0.0.1:9090] [--name=NAME] [--bot]`.
##
## It watches until it is told to play: by the button, by a name, or by --bot, which also plays by itself.

const RETRY_SECONDS := 2.0

var _url := ""
var _name := ""

@onready var _arena := $Arena
@onready var _hud := $Hud


func _ready() -> void:
	_url = _argument("url", "ws://127.0.0.1:9090")
	_name = _argument("name", "Bot" if is_bot() else "")
	multiplayer.connected_to_server.connect(_on_connected)
	multiplayer.connection_failed.connect(_on_lost)
	multiplayer.server_disconnected.connect(_on_lost)
	_hud.play_pressed.connect(_join)
	_arena.announced.connect(_say)
	_arena.player_came.connect(_watch)
	_connect()


static func is_bot() -> bool:
	return OS.get_cmdline_user_args().has("--bot")


func _connect() -> void:
	_hud.show_status("Connecting to %s …" % _url)
	var peer := WebSocketMultiplayerPeer.new()
	if peer.create_client(_url) == OK:
		multiplayer.multiplayer_peer = peer
	else:
		_on_lost()


func _on_connected() -> void:
	_say("Connected as %d" % multiplayer.get_unique_id())
	_hud.show_status("")
	if _name != "":
		_join(_name)
	else:
		_hud.ask_for_name()


func _join(player_name: String) -> void:
	_name = player_name
	_arena.join.rpc_id(1, player_name)


func _on_lost() -> void:
	_say("The server is gone")
	multiplayer.multiplayer_peer = null
	_arena.clear()
	_hud.show_status("No server at %s, trying again …" % _url)
	await get_tree().create_timer(RETRY_SECONDS).timeout
	_connect()


func _watch(player: Node2D) -> void:
	_say("%s is at %s, health %d, score %d" % [player.title, player.synced_position, player.health, player.score])
	player.moved.connect(func() -> void: _say("%s moves" % player.title), CONNECT_ONE_SHOT)
	player.hurt.connect(func() -> void: _say("%s has %d" % [player.title, player.health]))
	player.scored.connect(func() -> void: _say("%s scores %d" % [player.title, player.score]))
	player.tree_exiting.connect(func() -> void: _say("%s is gone" % player.title))


## For the story on the console; in the window only what the server announces is to be read.
func _say(text: String) -> void:
	print("%s> %s" % [_name, text])


func _argument(key: String, otherwise: String) -> String:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--%s=" % key):
			return argument.trim_prefix("--%s=" % key)
	return otherwise
