// regilink in Pyodide, beside the page: it answers questions in the order in which they come.
let ask;

async function load(root) {
  const get = async (name) => {
    const response = await fetch(new URL(name, root));
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response;
  };
  const { engine, wheels } = await (await get("playground-engine.json")).json();
  const { loadPyodide } = await import(new URL(`${engine}/pyodide.mjs`, root));
  const bytes = async (name) => new Uint8Array(await (await get(`${engine}/${name}`)).arrayBuffer());
  const [python, program, ...archives] = await Promise.all([
    loadPyodide({ indexURL: new URL(`${engine}/`, root).href }),
    get("playground.py").then((response) => response.text()),
    ...wheels.map(bytes),
  ]);
  const extractDir = python.runPython("import sysconfig; sysconfig.get_paths()['purelib']");
  for (const archive of archives) python.unpackArchive(archive, "wheel", { extractDir });
  python.runPython(program);
  ask = python.globals.get("answer");
}

onmessage = async ({ data: { root, number, question } }) => {
  try {
    if (root) await load(root);
    postMessage({ number, answer: root ? null : JSON.parse(ask(JSON.stringify(question))) });
  } catch (error) {
    postMessage({ number, error: String(error.message ?? error).trim().split("\n").at(-1) });
  }
};
