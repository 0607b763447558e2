extends "res://kit.gd"
## Values there and back: a client of --url that does what the server says.
##
## A binary packet is a batch of values, each as its length (32 bits) and its bytes: what this engine makes of each, and
## writes again, goes back in the same form. The text `make COUNT SEED` asks for an Array of random values, sent by put_var,
## followed by two texts: what var_to_str makes of it, and what it makes of what str_to_var has read. With `objects` at the
## end some values are objects, of which only the id is sent, and no texts follow. The text `end` is the end.

const BUFFER_SIZE := 1 << 24
const DEEPEST := 4

var _socket := WebSocketPeer.new()
var _random := RandomNumberGenerator.new()
var _objects := false
var _kept := RefCounted.new()
var _batches := 0


func run() -> void:
	_socket.inbound_buffer_size = BUFFER_SIZE
	_socket.outbound_buffer_size = BUFFER_SIZE
	_socket.encode_buffer_max_size = BUFFER_SIZE
	check_equal("connect_to_url", _socket.connect_to_url(arg("url")), OK)


func _process(_delta: float) -> void:
	_socket.poll()
	while _socket.get_available_packet_count() > 0:
		var packet := _socket.get_packet()
		_batches += 1
		if not _socket.was_string_packet():
			_socket.send(_echo(packet))
		elif packet.get_string_from_utf8() == "end":
			_socket.close()
			check("had something to do", _batches > 1)
			finish()
		else:
			_make(packet.get_string_from_utf8().split(" "))
	if _socket.get_ready_state() == WebSocketPeer.STATE_CLOSED:
		check("connected until the end", false)
		finish()


func _echo(batch: PackedByteArray) -> PackedByteArray:
	var stream := StreamPeerBuffer.new()
	var at := 0
	while at < batch.size():
		var size := batch.decode_u32(at)
		var bytes := var_to_bytes(bytes_to_var(batch.slice(at + 4, at + 4 + size)))
		stream.put_u32(bytes.size())
		stream.put_data(bytes)
		at += 4 + size
	return stream.data_array


func _make(words: PackedStringArray) -> void:
	_random.seed = words[2].to_int()
	_objects = words.size() > 3
	var values := []
	for i in words[1].to_int():
		values.append(_value(0))
	_socket.put_var(values)
	if _objects:
		return
	var text := var_to_str(values)
	_socket.send_text(text)
	_socket.send_text(var_to_str(str_to_var(text)))


func _value(depth: int) -> Variant:
	if depth < DEEPEST and _chance(0.25):
		return _container(depth)
	if _objects and _chance(0.1):
		return _kept
	match _below(36):
		0:
			return null
		1:
			return _chance(0.5)
		2:
			return _int()
		3:
			return _float()
		4:
			return _text()
		5:
			return Vector2(_real(), _real())
		6:
			return Vector2i(_int32(), _int32())
		7:
			return Rect2(_real(), _real(), _real(), _real())
		8:
			return Rect2i(_int32(), _int32(), _int32(), _int32())
		9:
			return _vector3()
		10:
			return Vector3i(_int32(), _int32(), _int32())
		11:
			return Transform2D(Vector2(_real(), _real()), Vector2(_real(), _real()), Vector2(_real(), _real()))
		12:
			return _vector4()
		13:
			return Vector4i(_int32(), _int32(), _int32(), _int32())
		14:
			return Plane(_real(), _real(), _real(), _real())
		15:
			return Quaternion(_real(), _real(), _real(), _real())
		16:
			return AABB(_vector3(), _vector3())
		17:
			return Basis(_vector3(), _vector3(), _vector3())
		18:
			return Transform3D(_vector3(), _vector3(), _vector3(), _vector3())
		19:
			return Projection(_vector4(), _vector4(), _vector4(), _vector4())
		20:
			return Color(_real(), _real(), _real(), _real())
		21:
			return StringName(_text())
		22:
			return _path()
		23:
			return rid_from_int64(_int())
		24:
			return Callable()
		25:
			return Signal()
	return _packed()


func _packed() -> Variant:
	match _below(10):
		0:
			return PackedByteArray(_list(_int32))
		1:
			return PackedInt32Array(_list(_int32))
		2:
			return PackedInt64Array(_list(_int))
		3:
			return PackedFloat32Array(_list(_real))
		4:
			return PackedFloat64Array(_list(_float))
		5:
			return PackedStringArray(_list(_text))
		6:
			return PackedVector2Array(_list(func() -> Vector2: return Vector2(_real(), _real())))
		7:
			return PackedVector3Array(_list(_vector3))
		8:
			return PackedVector4Array(_list(_vector4))
	return PackedColorArray(_list(func() -> Color: return Color(_real(), _real(), _real(), _real())))


func _container(depth: int) -> Variant:
	var value := _value.bind(depth + 1)
	if _chance(0.35):
		return _typed(value)
	if _chance(0.5):
		return _list(value)
	var dictionary := {}
	for i in _below(6):
		dictionary[value.call()] = value.call()
	return dictionary


func _typed(value: Callable) -> Variant:
	match _below(8):
		0:
			return Array(_list(_int), TYPE_INT, &"", null)
		1:
			return Array(_list(_float), TYPE_FLOAT, &"", null)
		2:
			return Array(_list(_text), TYPE_STRING, &"", null)
		3:
			return Array(_list(_list.bind(value)), TYPE_ARRAY, &"", null)
		4:
			# Any other class is sent as this one.
			return Array([null], TYPE_OBJECT, &"RefCounted" if _objects else &"EncodedObjectAsID", null)
		5:
			return Dictionary(_dictionary(_text, _float), TYPE_STRING, &"", null, TYPE_FLOAT, &"", null)
		6:
			return Dictionary(_dictionary(_int, value), TYPE_INT, &"", null, TYPE_NIL, &"", null)
	return Dictionary(_dictionary(value, _vector3), TYPE_NIL, &"", null, TYPE_VECTOR3, &"", null)


func _dictionary(key: Callable, value: Callable) -> Dictionary:
	var dictionary := {}
	for i in _below(5):
		dictionary[key.call()] = value.call()
	return dictionary


func _list(make: Callable) -> Array:
	var list := []
	for i in _below(6):
		list.append(make.call())
	return list


func _below(limit: int) -> int:
	return _random.randi_range(0, limit - 1)


func _chance(probability: float) -> bool:
	return _random.randf() < probability


func _int32() -> int:
	return _random.randi_range(-2147483648, 2147483647)


func _int() -> int:
	return ((_random.randi() << 32) | _random.randi()) >> _below(64) if _chance(0.8) else -_below(1000)


## A float of random bits, now and then: NaNs of every kind, too.
func _float() -> float:
	if _chance(0.3):
		return [0.0, -0.0, 1.0, INF, -INF, NAN, 0.1, 1e-320, 1e300][_below(9)]
	if _chance(0.4):
		return _random.randf_range(-1000, 1000)
	var bits := PackedByteArray()
	bits.resize(8)
	bits.encode_u32(0, _random.randi())
	bits.encode_u32(4, _random.randi())
	return bits.decode_double(0)


func _real() -> float:
	if _chance(0.3):
		return [0.0, -0.0, 1.0, INF, -INF, NAN, 0.1][_below(7)]
	if _chance(0.5):
		return _random.randf_range(-100, 100)
	var bits := PackedByteArray()
	bits.resize(4)
	bits.encode_u32(0, _random.randi())
	return bits.decode_float(0)


func _vector3() -> Vector3:
	return Vector3(_real(), _real(), _real())


func _vector4() -> Vector4:
	return Vector4(_real(), _real(), _real(), _real())


func _text() -> String:
	var text := ""
	for i in _below(300) if _chance(0.03) else _below(9):
		match _below(6):
			0:
				text += char(1 + _below(127))
			1:
				text += char(0x80 + _below(0x700))
			2:
				text += char(0x800 + _below(0xc000))
			3:
				text += char(0x10000 + _below(0x100000))
			_:
				text += "abc \"'\\\n\t/:"[_below(11)]
	return text


## With parts of a length that needs no filling up: what stands in there is chance.
func _path() -> NodePath:
	var path := "/" if _chance(0.3) else ""
	for i in _below(3):
		path += ["Node", "äöüß", "😀"][_below(3)] + "/"
	for i in _below(3):
		path += ":" + ["position", "😀x/\"y"][_below(2)]
	return NodePath(path)
