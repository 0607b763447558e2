extends Node2D
## The place of the fight: floor, walls, and whoever and whatever the server spawns.

signal announced(text: String)
signal player_came(player: Node2D)

const FLOOR := Color("18212b")
const GRID := Color("1f2a36")
const EDGE := Color("3b4d60")
const GRID_STEP := 40.0

## Read by the server, too.
@export var size := Vector2(1280, 720)


func _ready() -> void:
	$PlayerSpawner.spawned.connect(_on_player_spawned)
	$BulletSpawner.despawned.connect(_on_bullet_despawned)


## Without it, one only watches.
@rpc("any_peer", "reliable")
func join(_player_name: String) -> void:
	pass


@rpc("authority", "reliable")
func announce(text: String) -> void:
	announced.emit(text)


func players() -> Array[Node]:
	return $Players.get_children()


## What the server has spawned goes with it.
func clear() -> void:
	for node in $Players.get_children() + $Bullets.get_children():
		node.queue_free()


func _on_player_spawned(player: Node) -> void:
	player.died.connect(func() -> void: $Sparks.burst(player.position, player.color, 24))
	player_came.emit(player)


func _on_bullet_despawned(bullet: Node) -> void:
	$Sparks.burst(bullet.position, bullet.color, 6)


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), FLOOR)
	for x in range(GRID_STEP, size.x, GRID_STEP):
		draw_line(Vector2(x, 0), Vector2(x, size.y), GRID)
	for y in range(GRID_STEP, size.y, GRID_STEP):
		draw_line(Vector2(0, y), Vector2(size.x, y), GRID)
	draw_rect(Rect2(Vector2.ZERO, size).grow(-2), EDGE, false, 4.0)
