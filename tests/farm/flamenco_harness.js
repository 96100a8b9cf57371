// What a Flamenco Manager gives a job type to compile with, and the tasks that come of it.
//     node flamenco_harness.js understudy.js job.json     prints the tasks as JSON
const fs = require("fs");
const vm = require("vm");

const [, , script, sent] = process.argv;
const request = JSON.parse(fs.readFileSync(sent, "utf8"));
const tasks = [];

class Task {
    constructor(name, type) {
        if (!["blender", "ffmpeg", "file-management", "misc"].includes(type)) {
            throw new Error(`no worker takes tasks of type ${type}`);
        }
        Object.assign(this, { name, type, commands: [], after: [] });
    }
    addCommand(command) { this.commands.push(command); }
    addDependency(task) {
        if (!tasks.includes(task)) {
            throw new Error(`${this.name} waits for a task that is not in the job`);
        }
        this.after.push(task.name);
    }
}

function frameChunker(range, size) {
    const [first, last] = range.split("-").map(Number);
    const chunks = [];
    for (let at = first; at <= last; at += size) {
        const end = Math.min(at + size - 1, last);
        chunks.push(at === end ? `${at}` : `${at}-${end}`);
    }
    return chunks;
}

const job = {
    name: request.name,
    settings: {},
    addTask(task) {
        if (tasks.some((other) => other.name === task.name)) {
            throw new Error(`two tasks are called ${task.name}`);
        }
        tasks.push(task);
    },
};
const world = vm.createContext({
    frameChunker,
    print: console.error,
    author: {
        Task: function (name, type) { return new Task(name, type); },
        Command: function (name, parameters) { return { name, parameters }; },
    },
});
vm.runInContext(fs.readFileSync(script, "utf8") + "\n;this.type = JOB_TYPE;", world);
for (const setting of world.type.settings) {
    const given = request.settings[setting.key];
    if (given === undefined && setting.required) {
        throw new Error(`the setting ${setting.key} is required`);
    }
    if (setting.type === "int32" && given !== undefined && !Number.isInteger(given)) {
        throw new Error(`the setting ${setting.key} is no whole number`);
    }
    job.settings[setting.key] = given === undefined ? setting.default : given;
}
for (const key of Object.keys(request.settings)) {
    if (!(key in job.settings)) {
        throw new Error(`the job type has no setting ${key}`);
    }
}
world.compileJob(job);
console.log(JSON.stringify(tasks));
