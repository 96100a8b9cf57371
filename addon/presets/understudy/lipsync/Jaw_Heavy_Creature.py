import bpy

settings = bpy.context.scene.understudy

settings.lipsync.jaw = 1.7
settings.lipsync.lips = 0.5
settings.lipsync.precision = 0.8
