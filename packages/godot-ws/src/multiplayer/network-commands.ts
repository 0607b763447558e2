// Which part of SceneMultiplayer a packet is for: bits 0 to 2 of its first octet. Godot: SceneMultiplayer.NetworkCommands.

export const remoteCall = 0;
export const simplifyPath = 1;
export const confirmPath = 2;
export const raw = 3;
export const spawn = 4;
export const despawn = 5;
export const sync = 6;
export const sys = 7;
