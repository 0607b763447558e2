extends "res://kit.gd"
## A game with the nodes, RPCs and flow of Godot's demo `networking/multiplayer_bomber`, without its looks and walls.
##
## --url=URL       joins a host; --host=PORT hosts instead
## --players=N     hosting: begins when so many have joined
## --name=NAME     of the player here
## --spawn=KIND    how players are made: `function` (default) or `scene`, as the demo did before
## --rocks=CELLS   where rocks are, as 2,1:5,3
## --starts=CELLS  hosting: where players begin
## --walk=X,Y      what is pressed all the time
## --bombs=N       bombs dropped as soon as it can
##
## Prints what it sees; see World. It ends with the host, or hosting with the match.

const GameState := preload("res://gamestate.gd")
const Loadable := preload("res://world.gd")
## The watchdog ends it earlier.
const PATIENCE := 1000.0

var _state: Node
var _world: Node2D


func run() -> void:
	_state = GameState.new()
	_state.name = "gamestate"
	_state.player_name = arg("name", "Godot")
	_state.load_requested.connect(_load_world)
	# The root is busy with our own coming.
	get_tree().root.add_child.call_deferred(_state)
	await get_tree().process_frame
	var peer := WebSocketMultiplayerPeer.new()
	if has_arg("host"):
		check_equal("create_server", peer.create_server(int(arg("host"))), OK)
		multiplayer.multiplayer_peer = peer
		note("HOSTING")
		await until(func(): return _state.players.size() >= int(arg("players", "1")), PATIENCE)
		_begin()
		await until(func(): return _world.is_over(), PATIENCE)
		# The others shall hear of it.
		await get_tree().create_timer(0.5).timeout
	else:
		check_equal("create_client", peer.create_client(arg("url")), OK)
		multiplayer.multiplayer_peer = peer
		multiplayer.connection_failed.connect(func(): note("REFUSED"))
		await multiplayer.server_disconnected
		note("OVER")
		check("had a world", _world != null)
	finish()


func _load_world() -> void:
	_world = Loadable.new()
	_world.name = "World"
	_world.setup(self, _state.players)
	get_tree().root.add_child(_world)
	note("WORLD")


func _begin() -> void:
	_state.load_world.rpc()
	var ids: Array = [1] + _state.players.keys()
	for i in ids.size():
		_world.add_player(ids[i], _world.cells(arg("starts"))[i])
	for id in ids:
		_world.get_node("Players/%d" % id).set_player_name.rpc(_state.name_of(id))
