import bpy

settings = bpy.context.scene.understudy

settings.inbetween.strength = 1.0
settings.inbetween.density = "breakdown"
