extends "res://kit.gd"
## --url=URL  where a WebSocketMultiplayerPeer must be told that it cannot join


func run() -> void:
	var seen := {"failed": 0, "connected": 0}
	multiplayer.connection_failed.connect(func(): seen.failed += 1)
	multiplayer.connected_to_server.connect(func(): seen.connected += 1)
	var peer := WebSocketMultiplayerPeer.new()
	check_equal("create_client", peer.create_client(arg("url")), OK)
	multiplayer.multiplayer_peer = peer
	await expect_soon("connection_failed is emitted", func(): return seen.failed > 0)
	check_equal("connected_to_server", seen.connected, 0)
	check_equal("peers", multiplayer.get_peers().size(), 0)
	check_equal("status", peer.get_connection_status(), MultiplayerPeer.CONNECTION_DISCONNECTED)
	finish()
