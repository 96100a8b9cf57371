import bpy

settings = bpy.context.scene.understudy

settings.face.tolerance = 0.005
settings.face.every_frame = False
settings.face.use_head = True
settings.face.use_eyes = True
