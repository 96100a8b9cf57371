import bpy

settings = bpy.context.scene.understudy

settings.layout.use_density = False
settings.layout.use_mood = False
settings.layout.variants = 12
settings.layout.use_world = True
