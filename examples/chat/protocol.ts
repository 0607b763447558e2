// What the chat's clients have to know, the same as in Godot's demo.

export const port = 8000;
export const protocol = "demo-chat";
