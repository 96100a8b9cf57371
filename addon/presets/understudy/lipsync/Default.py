import bpy

settings = bpy.context.scene.understudy

settings.lipsync.jaw = 1.0
settings.lipsync.lips = 1.0
settings.lipsync.precision = 1.0
settings.lipsync.tolerance = 0.01
settings.lipsync.every_frame = False
settings.lipsync.add_strip = True
