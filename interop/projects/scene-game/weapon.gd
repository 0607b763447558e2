extends Node

@export var ammo := 1
