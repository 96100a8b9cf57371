import bpy

settings = bpy.context.scene.understudy

settings.person = "largest"
settings.key_choice = "count"
settings.key_count = 12
settings.tolerance = 0.1745329
settings.sequence_rate = 24.0
settings.interpolation = "BEZIER"
settings.key_types = "pose"
settings.root_motion = True
settings.blocking.ik_limbs = set()
settings.blocking.touch = False
settings.blocking.use_lifter = True
settings.blocking.use_picker = True
settings.blocking.fingers = False
settings.blocking.camera = False
