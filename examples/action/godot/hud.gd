extends CanvasLayer
## Scores, what was announced, and the question for a name.

signal play_pressed(player_name: String)

const FEED_LINES := 10
const FEED_SECONDS := 12.0

var _lines: Array[String] = []

@onready var _arena := $"../Arena"
@onready var _name_field: LineEdit = $Join/Margin/Rows/PlayerName
@onready var _play_button: Button = $Join/Margin/Rows/Play


func _ready() -> void:
	$Join.hide()
	_play_button.pressed.connect(_on_play)
	_name_field.text_submitted.connect(_on_play.unbind(1))
	_name_field.text_changed.connect(func(text: String) -> void: _play_button.disabled = text.strip_edges() == "")
	_arena.announced.connect(_add_line)


func ask_for_name() -> void:
	$Join.show()
	_name_field.grab_focus()


func show_status(text: String) -> void:
	$Status.text = text


func _on_play() -> void:
	var player_name := _name_field.text.strip_edges()
	if player_name == "":
		return
	$Join.hide()
	_name_field.release_focus()
	play_pressed.emit(player_name)


func _add_line(text: String) -> void:
	_lines.append(text)
	if _lines.size() > FEED_LINES:
		_lines.pop_front()
	$Feed.text = "\n".join(_lines)
	await get_tree().create_timer(FEED_SECONDS).timeout
	if _lines.has(text):
		_lines.erase(text)
		$Feed.text = "\n".join(_lines)


func _process(_delta: float) -> void:
	var players: Array[Node] = _arena.players()
	players.sort_custom(func(a: Node, b: Node) -> bool: return a.score > b.score)
	var text := "\n".join(players.map(_line_of))
	if $Scores.text != text:
		$Scores.text = text


func _line_of(player: Node) -> String:
	var title: String = player.title.replace("[", "[lb]")
	return "[color=#%s]%s[/color]  [b]%d[/b]" % [player.color.to_html(false), title, player.score]
