extends "res://kit.gd"
# variant-exchange for Godot 3: the same batches, and `make COUNT SEED` without texts.

const BUFFER_KIB = 1 << 14
const DEEPEST = 4

var _client = WebSocketClient.new()
var _random = RandomNumberGenerator.new()
var _objects = false
var _kept = Reference.new()
var _batches = 0


func run():
	_client.set_buffers(BUFFER_KIB, 64, BUFFER_KIB, 64)
	_client.connect("connection_error", self, "_on_lost")
	_client.connect("connection_closed", self, "_on_lost")
	_client.connect("data_received", self, "_on_data")
	check_equal("connect_to_url", _client.connect_to_url(arg("url")), OK)


func _process(_delta):
	_client.poll()


func _on_lost(_was_clean = false):
	check("connected until the end", false)
	finish()


func _on_data():
	var peer = _client.get_peer(1)
	var packet = peer.get_packet()
	_batches += 1
	if not peer.was_string_packet():
		peer.put_packet(_echo(packet))
	elif packet.get_string_from_utf8() == "end":
		check("had something to do", _batches > 1)
		finish()
	else:
		var words = packet.get_string_from_utf8().split(" ")
		_random.seed = int(words[2])
		_objects = words.size() > 3
		var values = []
		for _i in int(words[1]):
			values.append(_value(0))
		peer.put_packet(var2bytes(values))


func _echo(batch):
	var stream = StreamPeerBuffer.new()
	stream.data_array = batch
	var result = StreamPeerBuffer.new()
	while stream.get_position() < batch.size():
		var bytes = var2bytes(bytes2var(stream.get_data(stream.get_u32())[1]))
		result.put_u32(bytes.size())
		result.put_data(bytes)
	return result.data_array


func _value(depth):
	if depth < DEEPEST and _chance(0.25):
		return _container(depth)
	if _objects and _chance(0.1):
		return _kept
	match _below(25):
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
			return _vector2()
		6:
			return Rect2(_vector2(), _vector2())
		7:
			return _vector3()
		8:
			return Transform2D(_vector2(), _vector2(), _vector2())
		9:
			return Plane(_real(), _real(), _real(), _real())
		10:
			return Quat(_real(), _real(), _real(), _real())
		11:
			return AABB(_vector3(), _vector3())
		12:
			return Basis(_vector3(), _vector3(), _vector3())
		13:
			return Transform(_vector3(), _vector3(), _vector3(), _vector3())
		14:
			return _color()
		15:
			return _path()
		16:
			return RID()
	return _packed()


func _packed():
	match _below(7):
		0:
			return PoolByteArray(_list("_byte"))
		1:
			return PoolIntArray(_list("_int32"))
		2:
			return PoolRealArray(_list("_real"))
		3:
			return PoolStringArray(_list("_text"))
		4:
			return PoolVector2Array(_list("_vector2"))
		5:
			return PoolVector3Array(_list("_vector3"))
	return PoolColorArray(_list("_color"))


func _container(depth):
	if _chance(0.5):
		var list = []
		for _i in _below(6):
			list.append(_value(depth + 1))
		return list
	var dictionary = {}
	for _i in _below(6):
		dictionary[_text() if _chance(0.5) else _int()] = _value(depth + 1)
	return dictionary


func _list(make):
	var list = []
	for _i in _below(6):
		list.append(call(make))
	return list


func _below(limit):
	return _random.randi_range(0, limit - 1)


func _chance(probability):
	return _random.randf() < probability


func _byte():
	return _below(256)


func _int32():
	return _random.randi() - 2147483648


func _int():
	return ((_random.randi() << 32) | _random.randi()) >> _below(64)


func _float():
	if _chance(0.3):
		return [0.0, -0.0, 1.0, INF, -INF, NAN, 0.1][_below(7)]
	return _random.randf_range(-1000, 1000)


func _real():
	if _chance(0.3):
		return [0.0, -0.0, 1.0, INF, -INF, NAN, 0.1][_below(7)]
	var stream = StreamPeerBuffer.new()
	stream.put_u32(_random.randi())
	stream.seek(0)
	return stream.get_float()


func _vector2():
	return Vector2(_real(), _real())


func _vector3():
	return Vector3(_real(), _real(), _real())


func _color():
	return Color(_real(), _real(), _real(), _real())


func _text():
	var text = ""
	for _i in range(_below(300) if _chance(0.03) else _below(9)):
		match _below(5):
			0:
				text += char(1 + _below(127))
			1:
				text += char(0x80 + _below(0x700))
			2:
				text += char(0x800 + _below(0xc000))
			_:
				text += "abc \"'\\\n\t/:"[_below(11)]
	return text


# With parts of a length that needs no filling up: what stands in there is chance.
func _path():
	var path = "/" if _chance(0.3) else ""
	for _i in _below(3):
		path += ["Node", "äöüß"][_below(2)] + "/"
	for _i in _below(3):
		path += ":" + ["position", "xy/\""][_below(2)]
	return NodePath(path)
