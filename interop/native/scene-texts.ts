/** Scene files written by hand, and malformed ones, which a real engine and our reader are asked about. */

/** By path below res://. */
export const givenFiles: Readonly<Record<string, string>> = {
  "inherited.tscn": `[gd_scene load_steps=3 format=3 uid="uid://cinherited01"]

[ext_resource type="PackedScene" path="res://player.tscn" id="1_base"]
[ext_resource type="PackedScene" uid="uid://cunknown0001" path="res://bullet.tscn" id="2_bullet"]

[node name="Elite" instance=ExtResource("1_base")]
position = Vector2(1, 2)
health = 250

[node name="Sprite" parent="Body" index="0" groups=["elite"]]
modulate = Color(0, 1, 0, 1)

[node name="First" type="Node" parent="Body" index="0"]

[node name="Gun" parent="." index="0" instance=ExtResource("2_bullet")]
`,
  "arena.tscn": `; A comment in front.
[gd_scene format=3]
[ext_resource path="res://inherited.tscn" type="PackedScene" id="1"]
[ext_resource path="res://world.gd" type="Script" id=2]
[sub_resource type="SceneReplicationConfig" id="Config_1"]
properties/0/path = NodePath(":health") ; and one behind
properties/0/sync = true
properties/1/path = NodePath("%Sprite:position:x")
properties/1/spawn = false
properties/1/replication_mode = 2
properties/2/path = NodePath("Body:position")
properties/2/watch = true

[node name="Arena" type="Node3D" groups=["worlds", &"big"]]
script = ExtResource("2")

[node name="Elite1" parent="." instance=ExtResource("1")]

[node name="Elite2" parent="." node_paths=PackedStringArray("friend", "friends") instance=ExtResource("1")]
friend = NodePath("../Elite1/Body/Sprite")
friends = [NodePath("../Elite1"), NodePath("Body")]
"label" = "two
lines"

[node name="Added" type="Node" parent="Elite2/Body"]

[node name="Sprite" parent="Elite2/Body" index="1"]
position = Vector2(7, 8)

[node name="Sync" parent="Elite2" index="1"]
replication_config = SubResource("Config_1")
root_path = NodePath("../Body")

[node name="Later" parent="." instance_placeholder="res://bullet.tscn"]

[node name="Front" type="NoSuchClass" parent="." index="0"]

[node name="Odd name" type="Node" parent="."]

[node name="MultiplayerSpawner" type="MultiplayerSpawner" parent="."]
_spawnable_scenes = PackedStringArray("res://inherited.tscn", "res://player.tscn")
spawn_path = NodePath("%Unique")

[node name="Unique" type="Node" parent="."]
unique_name_in_owner = true

[connection signal="tree_entered" from="Elite2/Body" to="." method="on_timeout" flags=3 unbinds=1 binds= [1, "x"]]

[editable path="Elite2"]
`,
  "nested.tscn": `[gd_scene load_steps=2 format=3]

[ext_resource type="PackedScene" path="res://arena.tscn" id="1_a"]

[node name="Nested" type="Node"]

[node name="Arena" parent="." instance=ExtResource("1_a")]

[node name="Sprite" parent="Arena/Elite2/Body" index="1"]
position = Vector2(70, 80)

[node name="Elite3" type="Node" parent="Arena" owner="Arena"]

[editable path="Arena"]
[editable path="Arena/Elite2"]
`,
};

const head = "[gd_scene format=3]\n";
const root = `${head}[node name="A" type="Node"]\n`;

/** Most of them do not load; which, the golden data tell. */
export const doubtfulTexts: readonly string[] = [
  "",
  "\n; nothing\n",
  "text",
  "[gd_scene",
  "[gd_scene]",
  "[gd_scene format]",
  "[gd_scene format=]",
  '[gd_scene format="3"]\n[node name="A" type="Node"]\n',
  "[gd_scene format=99]\n",
  '[gd_other format=3]\n[node name="A" type="Node"]\n',
  '[node name="A" type="Node"]\n',
  head,
  root,
  '[gd_scene]\n[node name="A" type="Node"]\n',
  `${head}[node type="Node"]\n`,
  `${head}[node name="A"]\n`,
  `${head}[node name="" type="Node"]\n`,
  `${head}[node name=5 type="Node"]\n`,
  `${head}[node name=A type="Node"]\n`,
  `${head}[node name="A" type=7]\n`,
  `${head}[node name="A" type="Node" parent="."]\n`,
  `${head}[node name="A" type="Node" nonsense=[1, {2: 3}]]\n`,
  `${head}[node "A" type="Node"]\n`,
  `${head}[node name="A" type="Node"\n`,
  `${head}[node name="A", type="Node"]\n`,
  `${root}[node name="B" type="Node"]\n`,
  `${root}[node name="B" type="Node" parent="None"]\n`,
  `${root}[node name="B" type="Node" parent=".."]\n`,
  `${root}[node name="B" parent="."]\n`,
  `${root}[node name="B" type="Node" parent="." groups="x"]\n`,
  `${root}[node name="B" type="Node" parent="." groups=["x", 5]]\n`,
  `${root}[node name="B" type="Node" parent="." index="x"]\n`,
  `${root}[node name="B" type="Node" parent="."]\n[node name="B" type="Node" parent="."]\n`,
  `${root}[node name="B" parent="." instance=ExtResource("none")]\n`,
  `${root}[node name="B" parent="." instance=5]\n`,
  `${root}[node name="B" parent="." instance=null]\n`,
  `${root}process_priority\n`,
  `${root}process_priority =\n`,
  `${root}process_priority = Vector2(1)\n`,
  `${root}process_priority = 5 6\n`,
  `${root}process_priority = 5\nprocess_priority = 6\n`,
  `${root}process_priority = "open\n`,
  `${root}a b = 5\n`,
  `${root}= 5\n`,
  `${root}x = [1, 2\n[node name="B" type="Node" parent="."]\n`,
  `${root}x = SubResource("none")\n`,
  `${root}x = ExtResource("none")\n`,
  `${root}x = Resource("res://none.tres")\n`,
  `${root}[other]\n`,
  `${root}[resource]\n`,
  `${root}[sub_resource type="Gradient" id="1"]\n`,
  `${root}[ext_resource type="Script" path="res://world.gd" id="1"]\n`,
  `${root}[editable]\n`,
  `${root}[editable path="A"]\nx = 1\n`,
  `${root}[connection]\n`,
  `${root}[connection signal="ready" from="." to="." method="m"]\nx = 1\n`,
  `${root}[connection signal="ready" from="." to="."]\n`,
  `${root}[connection signal="ready" from="." to="None" method="m"]\n`,
  `${head}[ext_resource]\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource type="Script" path="res://world.gd"]\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource type="Script" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource path="res://world.gd" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource type="Script" path="res://world.gd" id="1"]\nx = 1\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource type="Script" path="res://world.gd" id="1"]\n[ext_resource type="Script" path="res://player.gd" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[ext_resource type="Script" path="world.gd" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource type="Gradient"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource type="NoSuchClass" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource type="Gradient" id="1"]\n[sub_resource type="Gradient" id="1"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource type="GradientTexture1D" id="1"]\ngradient = SubResource("2")\n[sub_resource type="Gradient" id="2"]\n[node name="A" type="Node"]\n`,
  `${head}[sub_resource type="Gradient" id="1"]\n[ext_resource type="Script" path="res://world.gd" id="1"]\n[node name="A" type="Node"]\n`,
  `${root}[gd_scene format=3]\n`,
  `${root}]\n`,
  `${root}[ node name="B" type="Node" parent="."]\n`,
  `${root}[node.x name="B" type="Node" parent="."]\n`,
  `${root}[connection signal="ready" from="." to="." method="m"]\n[node name="B" type="Node" parent="."]\n`,
  '[gd_resource type="Gradient" format=3]\n',
  '[gd_resource type="Gradient" format=3]\n[resource]\n',
  '[gd_resource type="Gradient" format=3]\n[resource]\nx = 1\ninterpolation_mode = 1\n',
  "[gd_resource format=3]\n[resource]\n",
  '[gd_resource type="Gradient" format=3]\n[node name="A" type="Node"]\n',
  '[gd_resource type="Gradient" format=3]\n[resource]\n[resource]\n',
  '[gd_resource type="Gradient" format=3]\n[resource]\n[sub_resource type="Gradient" id="1"]\n',
  '[gd_resource type="GradientTexture1D" format=3]\n[sub_resource type="Gradient" id="1"]\n[resource]\ngradient = SubResource("1")\n',
];
