// drive: runs the wire tap's firmware under a real MicroPython, turn by turn, as told on standard input; keeps no time.
// Usage: node drive.mjs <folder with node_modules> <project root> <heap bytes>. One JSON array a line: [function, ...arguments];
// one JSON value a line comes back. Bytes travel as hex.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const [installed, root, heap] = process.argv.slice(2);
const module = path.join(installed, "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs");
const { loadMicroPython } = await import(pathToFileURL(module));
const python = await loadMicroPython({ heapsize: Number(heap), stdout: (line) => process.stderr.write(line + "\n") });

// The very files that are shipped to the microcontroller.
python.FS.mkdirTree("/slot/firmware_bridge/firmware");
for (const folder of ["firmware_bridge", "firmware_bridge/firmware"]) {
    for (const name of fs.readdirSync(path.join(root, folder)).filter((name) => name.endsWith(".py"))) {
        python.FS.writeFile(`/slot/${folder}/${name}`, fs.readFileSync(path.join(root, folder, name)));
    }
}
python.FS.writeFile("/slot/soft.py", fs.readFileSync(path.join(root, "tests/firmware_bridge/micropython/soft.py")));
python.runPython("import sys\nsys.path.insert(0, '/slot')\nimport soft");
const soft = python.pyimport("soft");

for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, ...words] = JSON.parse(line);
    let answer;
    try {
        answer = { is: soft[name](...words) ?? null };
    } catch (error) {
        answer = { error: String(error.message) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
}
