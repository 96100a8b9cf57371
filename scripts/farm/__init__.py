"""One description of a batch, and what each render farm reads, made from it.

    batch       the description: JSON, CSV or OpenTimelineIO, checked
    stages      what the commands are called and take
    plan        a line for every task, in steps that depend on one another
    formats     the farms: Open Job Description, Deadline Cloud, Flamenco, OpenCue, plain lines
    launch      what runs on a node; standard library only, copied beside the job

Needs no Blender and no package. Nothing here decides what runs where or when: the farm does.
"""
