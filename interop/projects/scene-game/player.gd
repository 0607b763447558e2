extends Node2D
## The server's, but for where it aims: that is said by the client whose id is its name.

@export var title := ""
@export var hp := 100
@export var speed := 1.0
var aim := Vector2()
var at_ready: Array


func _enter_tree() -> void:
	if name.to_int() > 0:
		$Input.set_multiplayer_authority(name.to_int())


func _ready() -> void:
	at_ready = [title, hp, speed, position, $Weapon.ammo]


@rpc("any_peer")
func shoot(times: int) -> void:
	if multiplayer.get_remote_sender_id() == name.to_int():
		$Weapon.ammo -= times
		get_node("/root/Main/World/Score").points += 10 * times
