import bpy

settings = bpy.context.scene.understudy

settings.key_choice = "count"
settings.key_count = 12
settings.interpolation = "BEZIER"
settings.key_types = "pose"
settings.blocking.ik_limbs = {"leg.L", "leg.R"}
