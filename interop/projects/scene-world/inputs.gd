extends Node

var aim := Vector2()
var fired := 0
