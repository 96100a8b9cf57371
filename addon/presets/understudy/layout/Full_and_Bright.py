import bpy

settings = bpy.context.scene.understudy

settings.layout.use_density = True
settings.layout.density = 0.85
settings.layout.use_mood = True
settings.layout.mood = 0.6
settings.layout.camera_style = "classic"
