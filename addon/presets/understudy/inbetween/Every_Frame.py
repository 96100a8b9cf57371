import bpy

settings = bpy.context.scene.understudy.inbetween

settings.strength = 1.0
settings.contact_hold = 1.0
settings.smoothness = 0.0
settings.density = "every"
