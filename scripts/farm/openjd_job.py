"""The batch as an Open Job Description template.

A step a stage, each after the one before; the tasks are rows of the plan, in chunks whose size is
a job parameter; a step environment keeps a Blender with open networks from task to task; all
paths are job parameters of type PATH or go through the session's rules, so that they are mapped.
"""

from __future__ import annotations

from .plan import Step

NAME = "template.json"
FORMAT = "jobtemplate-2023-09"
_TASK_LIMIT_S = 4 * 3600
_NOTICE_S = 30  # to take back what is under way; the farm then kills


def template(name: str, steps: list[Step], chunk: int) -> dict:
    """Return the template.

    Parameters
    ----------
    chunk : rows to begin a task with; 1 for a farm without the extension TASK_CHUNKING
    """
    built, before = [], None
    for step in steps:
        built.append(_step(step, before, chunk))
        before = step.name
    return {
        "specificationVersion": FORMAT,
        **({"extensions": ["TASK_CHUNKING"]} if chunk > 1 else {}),
        "name": name,
        "description": "Made by Understudy. A task that has nothing new to do ends at once.",
        "parameterDefinitions": _parameters(),
        "steps": built,
    }


def _parameters() -> list[dict]:
    def folder(name: str, flow: str, text: str, **default: str) -> dict:
        more = {"objectType": "DIRECTORY", "dataFlow": flow, "description": text}
        return {"name": name, "type": "PATH", **more, **default}

    def word(name: str, default: str, text: str) -> dict:
        return {"name": name, "type": "STRING", "default": default, "description": text}

    return [
        folder("Job", "IN", "This job: its plan, and what runs it on a node.", default="."),
        folder("Root", "NONE", "Folder that the batch's paths begin from."),
        folder("Outputs", "OUT", "Folder of the results, a folder a shot and seed."),
        word("Python", "python3", "A Python 3.9 or newer; with bpy where Blender is empty."),
        word("Blender", "", "Blender with Understudy installed; empty: the bpy module."),
        word("Extension", "", "Understudy's folder on the node, for the bpy module."),
    ]


def _step(step: Step, before: str | None, chunk: int) -> dict:
    row = {"name": "Row", "type": "INT", "range": f"1-{len(step.rows)}"}
    if chunk > 1:
        # Networks stay open between tasks, so chunks only save the start of a small program.
        more = {"defaultTaskCount": chunk, "targetRuntimeSeconds": 300}
        row |= {"type": "CHUNK[INT]", "chunks": {**more, "rangeConstraint": "CONTIGUOUS"}}
    return {
        "name": step.name,
        **({"dependencies": [{"dependsOn": before}]} if before else {}),
        "parameterSpace": {"taskParameterDefinitions": [row]},
        "stepEnvironments": [_environment(step)],
        "script": {"actions": {"onRun": _run(step)}},
    }


def _launch(*words: str) -> dict:
    return {"command": "{{Param.Python}}", "args": ["{{Param.Job}}/launch.py", *words]}


def _where() -> list[str]:
    names = ("Python", "Blender", "Extension")
    return [f"--{name.lower()}={{{{Param.{name}}}}}" for name in names]


def _run(step: Step) -> dict:
    notice = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": _NOTICE_S}
    places = ["--root={{Param.Root}}", "--outputs={{Param.Outputs}}"]
    rules = ["--rules={{Session.PathMappingRulesFile}}"]
    run = _launch("run", step.name, "{{Task.Param.Row}}", *_where(), *places, *rules)
    return {**run, "timeout": _TASK_LIMIT_S, "cancelation": notice}


def _environment(step: Step) -> dict:
    start = _launch("start", step.name, *_where(), "--session={{Session.WorkingDirectory}}")
    actions = {"onEnter": {**start, "timeout": 300}, "onExit": {**_launch("stop"), "timeout": 60}}
    text = "A Blender with open networks, for all tasks of a session."
    return {"name": f"Blender for {step.name}", "description": text, "script": {"actions": actions}}
