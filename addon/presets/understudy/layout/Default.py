import bpy

settings = bpy.context.scene.understudy

settings.layout.density = 0.5
settings.layout.mood = 0.0
settings.layout.use_density = False
settings.layout.use_mood = False
settings.layout.variants = 6
settings.layout.use_world = True
settings.layout.camera_style = "classic"
settings.layout.libraries = False
