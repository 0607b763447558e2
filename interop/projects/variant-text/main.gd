extends "res://kit.gd"
## Prints what this engine makes of values and texts, as golden data for the text form of values.
##
## Lines `VALUE name bytes str var_to_str` and `TEXT text bytes`; all but the name in base64, `-` for a text that is
## refused. `numbers.txt` holds doubles to be printed (their bytes in hexadecimal), `texts.json` what is parsed. The bytes are those of
## var_to_bytes_with_objects.

const MATHS := [
	Vector2(0.1, 0.2), Vector2(1, -0.0), Vector2(1e10, 1e-7), Vector2(123456.789, 1234.56789), Vector2(INF, NAN),
	Vector2i(1, -2147483648), Rect2(1, 2.5, 3, 4), Rect2i(1, 2, 3, 4), Vector3(1, -INF, 3e38), Vector3i(1, 2, -3),
	Transform2D(Vector2(1, 2.5), Vector2(3, 4), Vector2(5, 6)), Vector4(1, 2, 3, 0.25), Vector4i(1, 2, 3, 4),
	Plane(1, 2, 3, 4), Plane(0, 1, 0, -0.5), Quaternion(0.1, 2, 3, 4), Quaternion(-INF, NAN, 1e20, -0.0),
	AABB(Vector3(1, 2, 3), Vector3(4, 5, 6.5)), Basis(Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 9.5)),
	Transform3D(Basis(Vector3(1, 2, 3), Vector3(4, 5, 6), Vector3(7, 8, 9)), Vector3(10, 11, 12.5)),
	Projection(Vector4(1, 2, 3, 4), Vector4(5, 6, 7, 8), Vector4(9, 10, 11, 12), Vector4(13, 14, 15, 16.5)),
	Color(0.1, 0.2, 0.33333333, 1), Color(1, 0, 0, 0.5), Color(12345.678, 1e-5, INF, NAN),
]


func run() -> void:
	_print_plain()
	_print_packed()
	_print_containers()
	_print_objects()
	_print_numbers()
	for text: String in JSON.parse_string(FileAccess.get_file_as_string("res://texts.json")):
		_print_parsed(text)
	check("printed everything", true)
	finish()


func _print_plain() -> void:
	for value: Variant in [null, true, false, 0, -1, 9223372036854775807, -9223372036854775807 - 1]:
		_print_value("plain", value)
	for value: Variant in MATHS:
		_print_value("math", value)
	var text := "plain é 😀 \"quoted\" 'single' back\\slash"
	for code in range(1, 32):
		text += char(code)
	text += char(127) + char(0x80) + char(0x2028) + char(0xfeff) + char(0xfffd) + "{}[]:=;#&@$%u0041"
	for value: Variant in ["", "a", text, StringName(text), StringName(), &"name"]:
		_print_value("text", value)
	for path in ["", ".", "..", "a", "a/b:c", "/root/Main:position:x", "é\"'\\\n", ":x"]:
		_print_value("path", NodePath(path))
	for value: Variant in [RID(), rid_from_int64(5), rid_from_int64(-5), Callable(), Signal()]:
		_print_value("reference", value)


func _print_packed() -> void:
	var all_bytes := PackedByteArray(range(256))
	for value: Variant in [
		PackedByteArray(), PackedByteArray([1, 2, 255]), all_bytes,
		PackedInt32Array(), PackedInt32Array([1, -2147483648]),
		PackedInt64Array(), PackedInt64Array([1, -9223372036854775807]),
		PackedFloat32Array(), PackedFloat32Array([0.1, 1, -0.0, INF, -INF, NAN, 1e20]),
		PackedFloat64Array(), PackedFloat64Array([0.1, 1, -0.0, INF, -INF, NAN, 1e20, 1.0 / 3]),
		PackedStringArray(), PackedStringArray(["a", "", "b\n\"é"]),
		PackedVector2Array(), PackedVector2Array([Vector2(1, 0.1), Vector2(2, 3)]),
		PackedVector3Array(), PackedVector3Array([Vector3(1, 0.1, 2), Vector3(4, 5, 6)]),
		PackedVector4Array(), PackedVector4Array([Vector4(1, 0.1, 2, 3), Vector4(4, 5, 6, 7)]),
		PackedColorArray(), PackedColorArray([Color(1, 0.1, 2, 3), Color(4, 5, 6, 7)]),
	]:
		_print_value("packed", value)


func _print_containers() -> void:
	var ints: Array[int] = [1, 2]
	var floats: Array[float] = [1, 2.5]
	var names: Array[StringName] = [&"a"]
	var nodes: Array[Node] = [null]
	var objects: Array[Object] = []
	var arrays: Array[Array] = [[1], []]
	var counts: Dictionary[String, int] = {"b": 1, "a": 2}
	var places: Dictionary[Variant, Vector2] = {1: Vector2(1, 2), "x": Vector2.ZERO}
	var owners: Dictionary[int, Node] = {}
	var anything: Dictionary[StringName, Variant] = {&"k": [1, {"n": null}]}
	var nested: Array = [1]
	for i in 40:
		nested = [nested, {"depth": i}]
	for value: Variant in [
		[], [1, 2.0, "a", &"b", ^"c", null, true, Vector2(1, 2)], [[], [[]], {}], ["\n\t\"\\", &"\n", ^"\""],
		ints, floats, names, nodes, objects, arrays, counts, places, owners, anything, nested,
		{}, {"a": 1}, {"z": 1, "a": [1, {"x": 2}], 3: 4, 1.5: 2, &"q": 1, null: 3, 10: 1, 9: 2},
		{true: 1, false: 2, Vector2(2, 1): 3, Vector2(1, 5): 4, [2]: 5, [1, 3]: 6, Color.RED: 7, ^"b": 8, ^"a": 9},
		{&"b": 1, Vector3.ZERO: 2, "c": 3, &"a": 4, "d": 5, "10": 6, "9": 7, "B": 8, "é": 9, "": 10},
		{NAN: 1, 2.0: 2, -INF: 3, 1: 4, -1: 5, Vector2i(1, 1): 6, Vector2i(0, 9): 7, Rect2(): 8, Plane(): 9},
		{[1, "x"]: 1, ["a"]: 2, [null]: 3, []: 4, [1]: 5, {"k": 1}: 6, {}: 7, PackedInt32Array([2]): 8, PackedInt32Array([1, 5]): 9},
		{RID(): 1, rid_from_int64(-2): 2, rid_from_int64(2): 3, Vector4(1, 2, 3, 4): 4, Vector3i(3, 2, 1): 5, Vector3i(3, 1, 9): 6},
		{PackedStringArray(["b"]): 1, PackedStringArray(["a", "c"]): 2, PackedByteArray([9]): 3, PackedByteArray([1]): 4},
	]:
		_print_value("container", value)
	var ordered := {}
	for i in 60:
		ordered[(i * 37) % 61] = i
		ordered["k%d" % ((i * 23) % 61)] = i
	_print_value("container", ordered)


## Objects of which only the id has come. The bytes are given, as such an object would be written with an id of its own.
func _print_objects() -> void:
	_print_decoded("object", "180001000700000000000000")
	_print_decoded("object", "18000100ffffffffffffffff")
	_print_decoded("object", "1c0000000200000018000100070000000000000002000000ffffffff")


func _print_numbers() -> void:
	var numbers := FileAccess.get_file_as_string("res://numbers.txt").hex_decode()
	for at in range(0, numbers.size(), 8):
		_print_value("number", numbers.decode_double(at))
	for at in range(0, numbers.size(), 32):
		var number := numbers.decode_double(at)
		_print_value("vector", Vector3(number, -number, 1 / number))
	for at in range(16, numbers.size(), 64):
		var number := numbers.decode_double(at)
		_print_value("color", Color(number, -number, 1 / number))


func _print_value(what: String, value: Variant) -> void:
	_note_value(what, var_to_bytes_with_objects(value), str(value), value)


func _print_decoded(what: String, bytes: String) -> void:
	# What an object is printed as differs with every run.
	_note_value(what, bytes.hex_decode(), "", bytes_to_var(bytes.hex_decode()))


func _note_value(what: String, bytes: PackedByteArray, text: String, value: Variant) -> void:
	note("VALUE %s %s %s %s" % [what, _base64(bytes), _text64(text), _text64(var_to_str(value))])


func _print_parsed(text: String) -> void:
	var value: Variant = str_to_var(text)
	# It gives null for what it refuses; a ConfigFile, which reads values with the same code, tells that.
	var refused := value == null and ConfigFile.new().parse("value=" + text) != OK
	note("TEXT %s %s" % [_text64(text), "-" if refused else _base64(var_to_bytes_with_objects(value))])


func _text64(text: String) -> String:
	return _base64(text.to_utf8_buffer())


func _base64(bytes: PackedByteArray) -> String:
	return "\"%s\"" % Marshalls.raw_to_base64(bytes)
