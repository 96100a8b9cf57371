import bpy

settings = bpy.context.scene.understudy

settings.inbetween.strength = 0.5
settings.inbetween.contact_hold = 1.0
settings.inbetween.smoothness = 0.2
settings.inbetween.density = "few"
