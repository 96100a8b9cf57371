"""The batch as a job bundle of AWS Deadline Cloud: the same template, with its values beside it."""

from __future__ import annotations

from .batch import Batch
from .stages import STAGES

VALUES, ASSETS = "parameter_values.json", "asset_references.json"


def values(parameters: dict[str, str]) -> dict:
    """Return the values of the job parameters, and the farm's own."""
    own = {"deadline:priority": 50, "deadline:targetTaskRunStatus": "READY"}
    given = [{"name": name, "value": value} for name, value in {**parameters, **own}.items()]
    return {"parameterValues": given}


def assets(batch: Batch, outputs: str) -> dict:
    """Return the files that go along, named one by one, and the folder that comes back."""
    files = set()
    for shot in batch.shots:
        files.add(str(batch.root / shot.blend))
        for stage, chosen in shot.parameters.items():
            kinds = STAGES[stage].options
            files |= {str(batch.root / v) for k, v in chosen.items() if kinds[k].kind.is_path}
    folders = {name for name in files if (batch.root / name).is_dir()}
    return {
        "assetReferences": {
            "inputs": {"filenames": sorted(files - folders), "directories": sorted(folders)},
            "outputs": {"directories": [outputs]},
            "referencedPaths": [],
        }
    }
