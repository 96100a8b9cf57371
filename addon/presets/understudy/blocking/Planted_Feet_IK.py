import bpy

settings = bpy.context.scene.understudy

settings.key_choice = "count"
settings.key_count = 12
settings.interpolation = "BEZIER"
settings.key_types = "pose"
settings.blocking.arm_keys = "fk"
settings.blocking.leg_keys = "ik"
