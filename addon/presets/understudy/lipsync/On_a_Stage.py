import bpy

settings = bpy.context.scene.understudy

settings.lipsync.jaw = 1.3
settings.lipsync.lips = 1.3
settings.lipsync.precision = 1.7
