// What all views share. Python answers moves with pictures and words.

const AHEAD = 3; // moves sent before the first of them is answered
const SILENCE = 500; // ms without a move before a screen reader is told

const isPlain = (key) => !(key.ctrlKey || key.altKey || key.metaKey);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

function addRoot(parent, name) {
  const root = add(parent, "div", { class: name });
  root.addEventListener("keydown", (event) => {
    // JupyterLab would take an arrow key for a move to another cell.
    if (isPlain(event)) event.stopPropagation();
  });
  return root;
}

// Moves are not awaited one by one: TCP may hold an answer back for 40 ms
// where nothing more is sent. Those that come too fast are left out, save the
// last.
function makeMover(model, read, draw) {
  let sent = model.get("answered");
  let waits = false;
  const send = () => {
    sent = Math.max(sent, model.get("answered"));
    if (!waits || sent >= model.get("answered") + AHEAD) return;
    waits = false;
    sent += 1;
    model.send({ serial: sent, numbers: mover.here });
  };
  const mover = {
    here: read(),
    move(numbers) {
      mover.here = numbers;
      waits = true;
      draw();
      send();
    },
    answered() {
      send();
      if (sent > model.get("answered")) return;
      mover.here = read();
      draw();
    },
  };
  return mover;
}

function addSlider(parent, label, range, moved) {
  const row = add(parent, "label", { class: "vae-slider" });
  add(row, "span", {}, label);
  const slider = add(row, "input", { type: "range", ...range });
  const said = add(row, "output");
  slider.addEventListener("input", () => moved(Number(slider.value)));
  return (number, text) => {
    slider.value = number;
    said.textContent = text;
    set(slider, { "aria-valuetext": text });
  };
}

// What a screen reader is told once the moving has ended.
function addSpoken(parent) {
  const spoken = add(parent, "div", { class: "vae-spoken", role: "status" });
  let waiting = null;
  const stop = () => clearTimeout(waiting);
  const say = (words) => {
    stop();
    waiting = setTimeout(() => {
      spoken.textContent = words;
    }, SILENCE);
  };
  return { say, stop };
}

function follow(model, followed) {
  for (const [event, draw] of Object.entries(followed)) {
    model.on(event, draw);
    draw();
  }
  return () => {
    for (const [event, draw] of Object.entries(followed)) model.off(event, draw);
  };
}

// A number as one reads it: a minus, not a hyphen, and no minus zero.
function inWords(number, digits) {
  const text = number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "\u2212");
}

function showPng(image, bytes) {
  const before = image.src;
  image.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  URL.revokeObjectURL(before);
}

// --- Nodes and bytes ---------------------------------------------------------

function add(parent, name, attributes = {}, text = "") {
  const svg = name === "svg" || parent.namespaceURI.endsWith("svg");
  const kind = svg ? "http://www.w3.org/2000/svg" : parent.namespaceURI;
  const node = document.createElementNS(kind, name);
  node.textContent = text;
  return parent.appendChild(set(node, attributes));
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes))
    node.setAttribute(name, value);
  return node;
}

function bytes(model, name) {
  const { buffer, byteOffset, byteLength } = model.get(name);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
