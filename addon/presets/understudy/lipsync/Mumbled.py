import bpy

settings = bpy.context.scene.understudy

settings.lipsync.jaw = 0.6
settings.lipsync.lips = 0.7
settings.lipsync.precision = 0.4
