// pico: plays one life of a Pico on standard input and output: MicroPython's own prompt over its own file system, our
// /main.py at the start, and then the firmware of the slot it chose. Ends with code 75 when the Pico resets itself.
// Usage: node pico.mjs <folder with node_modules> <project root> <folder that is the flash> <machine's name>
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [installed, root, flash, machine] = process.argv.slice(2);
const module = path.join(installed, "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs");
const { loadMicroPython } = await import(pathToFileURL(module));
const RESET = 75;

const python = await loadMicroPython({
    heapsize: 1 << 20,
    linebuffer: false,
    stdout: (bytes) => fs.writeSync(1, bytes),
});

function load(folder, to) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const [from, into] = [path.join(folder, entry.name), `${to}/${entry.name}`];
        if (entry.isDirectory()) {
            python.FS.mkdirTree(into);
            load(from, into);
        } else {
            python.FS.writeFile(into, fs.readFileSync(from));
        }
    }
}

function save(from, folder) {
    fs.mkdirSync(folder, { recursive: true });
    const names = python.FS.readdir(from).filter((name) => ![".", "..", "dev", "proc", "tmp", "home", "lib"].includes(name));
    for (const old of fs.readdirSync(folder)) if (!names.includes(old)) fs.rmSync(path.join(folder, old), { recursive: true });
    for (const name of names) {
        const [file, into] = [`${from === "/" ? "" : from}/${name}`, path.join(folder, name)];
        if (python.FS.isDir(python.FS.stat(file).mode)) save(file, into);
        else fs.writeFileSync(into, python.FS.readFile(file));
    }
}

load(flash, "");
const world = { resets: false, out: (hex) => fs.writeSync(1, Buffer.from(hex, "hex")) };
python.registerJsModule("world", world);
python.runPython(fs.readFileSync(path.join(root, "tests/firmware_bridge/micropython/chip.py"), "utf8"));
python.runPython(`become(${JSON.stringify(machine)})`);

function resetIfAsked() {
    if (python.globals.get("reset_asked")()) {
        save("/", flash);
        process.exit(RESET);
    }
}

if (fs.existsSync(path.join(flash, "main.py"))) {
    python.runPython("exec(open('/main.py').read(), {'__name__': '__main__'})");
    resetIfAsked();
}

const turn = python.globals.get("turn");
if (python.globals.get("runs_firmware")()) {
    let heard = "";
    process.stdin.on("data", (data) => (heard += data.toString("hex")));
    const bite = () => (save("/", flash), process.exit(RESET));
    process.on("uncaughtException", bite); // a firmware that stops feeds no watchdog
    setInterval(() => python.globals.get("was_fed")() || bite(), 1500);
    setInterval(() => {
        const now = heard;
        heard = "";
        turn(now);
        resetIfAsked();
    }, 2);
} else {
    python.replInit();
    let tail = "";
    let queue = Promise.resolve();
    process.stdin.on("data", (data) => {
        queue = queue.then(async () => {
            for (const byte of data) {
                tail = (tail + String.fromCharCode(byte)).slice(-3);
                if (tail === "\x05A\x01") {
                    fs.writeSync(1, "R\0"); // raw paste: understood, not supported, as older MicroPythons answer
                    continue;
                }
                if (tail === "\x05" || tail.slice(-2) === "\x05A" || byte === 5) continue;
                await python.replProcessCharWithAsyncify(byte);
                resetIfAsked();
            }
        });
    });
}
process.stdin.on("end", () => {
    save("/", flash);
    process.exit(0);
});
