import bpy

settings = bpy.context.scene.understudy

settings.inbetween.strength = 1.0
settings.inbetween.contact_hold = 1.0
settings.inbetween.smoothness = 0.0
settings.inbetween.density = "few"
settings.inbetween.tolerance = 0.0349066
settings.inbetween.tolerance_size = 1.0
settings.inbetween.align = "pose"
settings.inbetween.method = "auto"
