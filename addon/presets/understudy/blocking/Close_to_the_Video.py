import bpy

settings = bpy.context.scene.understudy

settings.key_choice = "tolerance"
settings.tolerance = 0.0698132
settings.interpolation = "BEZIER"
settings.key_types = "pose"
