import bpy

settings = bpy.context.scene.understudy.inbetween

settings.strength = 1.0
settings.density = "breakdown"
