// Understudy's job type for Flamenco. Lay it in the Manager's `scripts` folder.
// A task a chunk of the plan's rows; a stage's tasks wait for all of the stage before.

const JOB_TYPE = {
    label: "Understudy",
    description: "Layout, blocking, in-betweens and faces, from a batch that Understudy planned",
    settings: [
        { key: "job_folder", type: "string", subtype: "dir_path", required: true,
            description: "Folder that `scripts/farm` wrote: the plan and launch.py" },
        { key: "root", type: "string", subtype: "dir_path", required: true,
            description: "Folder that the batch's paths begin from" },
        { key: "outputs", type: "string", subtype: "dir_path", required: true,
            description: "Folder of the results" },
        { key: "steps", type: "string", required: true,
            description: "Stages and their number of tasks, such as block:24 inbetween:24" },
        { key: "chunk_size", type: "int32", default: 1, propargs: { min: 1, max: 1000 },
            description: "Rows of the plan a task" },
        { key: "python", type: "string", default: "python3", visible: "hidden",
            description: "Python on the workers; with bpy where no Blender is given" },
        { key: "blender", type: "string", default: "", visible: "hidden",
            description: "Blender with Understudy installed" },
        { key: "extension", type: "string", default: "", visible: "hidden",
            description: "Understudy's folder on the workers, for the bpy module" },
    ],
};

function compileJob(job) {
    let before = [];
    for (const step of readSteps(job.settings.steps)) {
        const tasks = [];
        for (const rows of frameChunker(`1-${step.count}`, job.settings.chunk_size)) {
            const task = author.Task(`${step.name}-${rows}`, "misc");
            task.addCommand(author.Command("exec", commandFor(job.settings, step.name, rows)));
            for (const earlier of before) {
                task.addDependency(earlier);
            }
            job.addTask(task);
            tasks.push(task);
        }
        before = tasks;
    }
}

function readSteps(text) {
    const steps = [];
    for (const word of text.split(" ")) {
        const parts = word.split(":");
        const count = parseInt(parts[1], 10);
        if (parts.length != 2 || !(count > 0)) {
            throw new Error(`steps: ${word} is not a stage and its number of tasks, as block:24`);
        }
        steps.push({ name: parts[0], count: count });
    }
    return steps;
}

function commandFor(settings, step, rows) {
    return {
        exe: settings.python,
        args: [
            `${settings.job_folder}/launch.py`, "run", step, rows,
            `--root=${settings.root}`, `--outputs=${settings.outputs}`,
            `--python=${settings.python}`, `--blender=${settings.blender}`,
            `--extension=${settings.extension}`,
        ],
    };
}
