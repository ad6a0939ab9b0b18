// The playground: what is pasted is checked by a worker of this page. Nothing is sent anywhere, and what regilink answers
// is shown as text, never as HTML.
const TEXTS = {
  en: {
    name: "File name",
    code: "Code",
    text: "A target path, an error, a rule or a question",
    catalog: "Catalog: what `regilink catalog pull` printed (optional)",
    share: "Copy a link to this",
    shared: "The link is in the clipboard and in the address bar. It does not hold the catalog.",
    addressed: "The link is in the address bar. It does not hold the catalog.",
    fixAll: "Apply the safe fixes",
    apply: (fix, isSafe) => `Fix: ${fix}${isSafe ? "" : " (review it)"}`,
    findings: "Findings",
    links: "Where the links go",
    explanation: "Explanation",
    loading: "Loading regilink (7 MB the first time)...",
    checking: "Checking...",
    count: (findings, links, ms) =>
      `${findings === 1 ? "1 finding" : `${findings} findings`}, ` +
      `${links === 0 ? "no link or registry path" : links === 1 ? "1 path" : `${links} paths`} in the code (${ms} ms)`,
    noEngine: "This copy of the site was built without the engine of the playground. Use `regilink lint` instead.",
    failed: (reason) => `The playground does not work here: ${reason}`,
    badLink: "The link of this page is damaged: nothing was taken from it.",
    tooLong: "This is too long for a link: at most 1,000,000 characters can be shared.",
    badCatalog: (reason) => `The catalog cannot be used: ${reason}`,
    note: "note",
    help: "help",
    severities: { error: "error", warning: "warning", info: "info" },
    place: (line, column, cell) => `${cell ? `cell ${cell}, ` : ""}line ${line}, column ${column}`,
  },
  ja: {
    name: "ファイル名",
    code: "コード",
    text: "target path、エラー、ルール、質問",
    catalog: "カタログ: `regilink catalog pull` の出力(任意)",
    share: "この内容へのリンクをコピー",
    shared: "リンクをクリップボードとアドレスバーに入れました。カタログは含まれません。",
    addressed: "リンクをアドレスバーに入れました。カタログは含まれません。",
    fixAll: "安全な修正をすべて適用",
    apply: (fix, isSafe) => `修正: ${fix}${isSafe ? "" : "(要確認)"}`,
    findings: "指摘",
    links: "リンクの行き先",
    explanation: "説明",
    loading: "regilink を読み込んでいます(初回は 7 MB)...",
    checking: "確認しています...",
    count: (findings, links, ms) =>
      `指摘 ${findings} 件、コードの中の${links === 0 ? "リンクや registry のパスはありません" : `パス ${links} 件`}(${ms} ms)`,
    noEngine: "このサイトはプレイグラウンドのエンジンなしで作られています。`regilink lint` を使ってください。",
    failed: (reason) => `プレイグラウンドはここでは動きません: ${reason}`,
    badLink: "このページのリンクは壊れています。何も読み込みませんでした。",
    tooLong: "長すぎてリンクにできません。共有できるのは 1,000,000 文字までです。",
    badCatalog: (reason) => `カタログを使えません: ${reason}`,
    note: "備考",
    help: "対処",
    severities: { error: "エラー", warning: "警告", info: "情報" },
    place: (line, column, cell) => `${cell ? `セル ${cell}、` : ""}${line} 行 ${column} 列`,
  },
};
const EXAMPLE = `import wandb

REGISTRY = "wandb_registry-model"

with wandb.init(entity="team-a", project="zoo") as run:
    artifact = wandb.Artifact("zoo", type="model")
    run.link_artifact(artifact, f"{REGISTRY}/zoo:production")
`;
const MOST_SHARED = 1_000_000; // characters of a link's content, so that a small link cannot fill the memory

const assets = new URL("./", import.meta.url);
const language = document.documentElement.lang.startsWith("ja") ? "ja" : "en";
const texts = TEXTS[language];

function element(tag, properties = {}, ...children) {
  const { role, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  if (role) node.setAttribute("role", role);
  node.append(...children);
  return node;
}

function field(name, rows) {
  const id = `playground-${name}`;
  const input = rows ? element("textarea", { id, rows, spellcheck: false }) : element("input", { id, type: "text" });
  input.autocomplete = "off";
  return [element("label", { htmlFor: id, textContent: texts[name] }), input];
}

function button(textContent, onclick) {
  return element("button", { type: "button", textContent, onclick });
}

const inputs = {};
const fields = {};
for (const [name, rows] of [["name", 0], ["code", 14], ["text", 3], ["catalog", 4]]) {
  fields[name] = field(name, rows);
  inputs[name] = fields[name][1];
}
inputs.name.value = "train.py";
inputs.code.value = EXAMPLE;
const state = element("p", { role: "status", textContent: texts.loading });
const shareState = element("p", { role: "status" });
const fixAll = button(texts.fixAll, () => applyFix(null));
const results = element("div");

document.getElementById("regilink-playground").replaceChildren(
  ...fields.name, ...fields.code, ...fields.text,
  element("details", {}, element("summary", { textContent: texts.catalog }), inputs.catalog),
  element("div", { className: "playground-buttons" }, fixAll, button(texts.share, share)),
  shareState, state, results,
);
inputs.catalog.ariaLabel = texts.catalog;
fixAll.disabled = true;

// The worker: made from a blob, so that the policy of this page (connect-src 'self') holds for it as well.
// An import at its top runs before the first message is handed out.
const loader = `import ${JSON.stringify(new URL("playground-worker.mjs", assets).href)};`;
let worker;
let asked = 0;
const waiting = new Map();

function send(message) {
  const number = ++asked;
  worker.postMessage({ ...message, number });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

function startWorker() {
  const address = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
  worker = new Worker(address, { type: "module" });
  worker.onerror = (event) => fail(event.message);
  worker.onmessage = ({ data: { number, answer, error } }) => {
    const { resolve, reject } = waiting.get(number);
    waiting.delete(number);
    if (error) reject(new Error(error));
    else resolve(answer);
  };
}

function fail(reason) {
  state.textContent = texts.failed(reason);
}

function question() {
  const values = Object.entries(inputs).map(([name, input]) => [name, input.value]);
  return { language, ...Object.fromEntries(values) };
}

let shown; // the question whose answer is on the page
async function check() {
  const now = question();
  const from = performance.now();
  try {
    const answer = await send({ question: now });
    if (JSON.stringify(now) !== JSON.stringify(question())) return; // a later answer is on its way
    shown = now;
    show(answer, Math.round(performance.now() - from));
  } catch (error) {
    fail(error.message);
  }
}

async function applyFix(fix) {
  if (JSON.stringify(shown) !== JSON.stringify(question())) return;
  try {
    const { code } = await send({ question: { ...shown, fix } });
    inputs.code.focus();
    inputs.code.select();
    // As if it was typed, so that Ctrl+Z brings the old code back.
    if (!document.execCommand("insertText", false, code)) inputs.code.value = code;
    await check();
  } catch (error) {
    fail(error.message);
  }
}

function show({ findings, links, explanation, unread, catalogProblem }, ms) {
  state.textContent = texts.count(findings.length, links.length, ms);
  fixAll.disabled = !findings.some(({ isSafe }) => isSafe);
  const heading = (textContent) => element("h2", { textContent });
  const problems = [...unread, ...(catalogProblem ? [texts.badCatalog(catalogProblem)] : [])];
  results.replaceChildren(...problems.map((textContent) => element("p", { className: "playground-problem", textContent })));
  if (findings.length) results.append(heading(texts.findings), element("ol", {}, ...findings.map(showFinding)));
  if (links.length) results.append(heading(texts.links));
  for (const { path, explanation: textContent } of links) {
    const summary = element("summary", {}, element("code", { textContent: path }));
    results.append(element("details", { open: links.length === 1 }, summary, element("pre", { textContent })));
  }
  if (explanation) results.append(heading(texts.explanation), element("pre", { textContent: explanation }));
}

function showFinding({ code, severity, message, note, help, cell, span, fix, isSafe }, number) {
  const [line, column] = span;
  const place = texts.place(line, column, cell);
  const rule = element("a", { href: new URL(`../rules/${code}/`, location.href.split("#")[0]), textContent: code });
  const head = element("p", {}, element("strong", { textContent: texts.severities[severity] }), " ", rule, " ");
  head.append(cell ? place : button(place, () => select(span)));
  const item = element("li", { className: `playground-${severity}` }, head, element("p", { textContent: message }));
  for (const [label, text] of [[texts.note, note], [texts.help, help]]) {
    if (text) item.append(element("p", { textContent: `${label}: ${text}` }));
  }
  if (fix) item.append(button(texts.apply(fix, isSafe), () => applyFix(number)));
  return item;
}

// Columns of regilink count code points, those of a text area UTF-16 units.
function select([line, column, endLine, endColumn]) {
  const lines = inputs.code.value.split("\n");
  const offset = (row, at) =>
    lines.slice(0, row - 1).reduce((sum, text) => sum + text.length + 1, 0) +
    [...(lines[row - 1] ?? "")].slice(0, at - 1).join("").length;
  inputs.code.focus();
  inputs.code.setSelectionRange(offset(line, column), offset(endLine, endColumn));
}

async function share() {
  const { name, code, text } = question();
  const content = JSON.stringify({ name, code, text });
  if (content.length > MOST_SHARED) {
    shareState.textContent = texts.tooLong;
    return;
  }
  const stream = new Blob([content]).stream();
  const packed = await new Response(stream.pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
  const binary = Array.from(new Uint8Array(packed), (byte) => String.fromCharCode(byte)).join("");
  const encoded = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  history.replaceState(null, "", `#code=${encoded}`);
  const isCopied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  shareState.textContent = isCopied ? texts.shared : texts.addressed;
}

async function takeShared() {
  const encoded = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!encoded) return;
  try {
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = new Blob([Uint8Array.from(binary, (character) => character.charCodeAt(0))]);
    const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))
      .pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
    let content = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      content += chunk.value;
      if (content.length > MOST_SHARED) throw new RangeError("too long");
    }
    const values = JSON.parse(content);
    for (const name of ["name", "code", "text"]) {
      if (typeof values[name] !== "string") throw new TypeError(name);
    }
    for (const name of ["name", "code", "text"]) inputs[name].value = values[name];
  } catch {
    shareState.textContent = texts.badLink;
  }
}

// Without a network the page opens with what was kept: what was loaded before the service worker was there is kept now.
async function keepForOffline(engine) {
  const cache = await caches.open("regilink-playground");
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const wanted = [location.href.split("#")[0], ...loaded].filter((name) => name.startsWith(location.origin));
  for (const name of new Set(wanted)) {
    if (!(await cache.match(name, { ignoreSearch: true }))) await cache.add(name).catch(() => {});
  }
  for (const request of await cache.keys()) {
    const isOld = request.url.includes("/playground-engine-") && !request.url.includes(`/${engine}/`);
    if (isOld) await cache.delete(request);
  }
}

async function start() {
  await takeShared();
  try {
    await navigator.serviceWorker?.register(new URL("../playground-sw.js", assets), { scope: "./" });
    await navigator.serviceWorker?.ready;
  } catch {
    // A browser that forbids it, as in a private window: the page works, but not without a network.
  }
  const response = await fetch(new URL("playground-engine.json", assets));
  if (!response.ok) {
    state.textContent = texts.noEngine;
    return;
  }
  const { engine } = await response.json();
  startWorker();
  await send({ root: assets.href });
  state.textContent = texts.checking;
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(check, 150);
  };
  for (const input of Object.values(inputs)) input.addEventListener("input", later);
  addEventListener("hashchange", () => takeShared().then(check));
  await check();
  if (navigator.serviceWorker?.controller) await keepForOffline(engine);
  document.documentElement.dataset.playground = "ready";
}

start().catch((error) => fail(error.message));
