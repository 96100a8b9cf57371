import bpy

settings = bpy.context.scene.understudy.inbetween

settings.strength = 0.5
settings.contact_hold = 1.0
settings.smoothness = 0.2
settings.density = "few"
