import bpy

settings = bpy.context.scene.understudy

settings.key_choice = "count"
settings.key_count = 8
settings.interpolation = "CONSTANT"
settings.key_types = "pose"
