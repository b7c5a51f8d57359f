// A plane in which a point is moved; Python answers with pictures and words.
// Places are in the unit of the codes; shares are those of the plane's sides,
// from its top left.

const KEYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};
const STEP = 0.01; // of the plane's side; ten times as far with Shift
const AHEAD = 3; // moves sent before the first of them is answered
const TICK = 40; // ms from one point of a walk to the next
const SILENCE = 500; // ms without a move before a screen reader is told

const percent = (share) => `${100 * share}%`;
const isPlain = (key) => !(key.ctrlKey || key.altKey || key.metaKey);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

function render({ model, el }) {
  const root = add(el, "div", { class: "vae-plane" });
  root.addEventListener("keydown", (event) => {
    // JupyterLab would take an arrow key for a move to another cell.
    if (isPlain(event)) event.stopPropagation();
  });
  const left = add(root, "div");
  const map = addMap(left, model);
  const point = makePoint(model, () => {
    drawPoint(map, shares(model, point.here));
    for (const draw of sliders) draw();
  });
  const sliders = [0, 1].map((k) => addSlider(left, model, point, k));
  const walk = addWalk(left, model, point);
  listen(map, walk, model, point);
  const answer = addAnswer(add(root, "div", { class: "vae-answer" }), model);

  const trailed = () => {
    drawTrail(map, model);
    answer.draw();
  };
  const walked = () => drawWalk(map, model);
  const followed = {
    "change:x": point.answered,
    "change:y": point.answered,
    "change:answered": point.answered,
    "change:trail": trailed, // it grows with every new picture
    "change:walk": walked,
  };
  for (const [event, draw] of Object.entries(followed)) {
    model.on(event, draw);
    draw();
  }
  return () => {
    walk.stop();
    answer.stop();
    for (const [event, draw] of Object.entries(followed)) model.off(event, draw);
  };
}

// Moves are not awaited one by one: TCP may hold an answer back for 40 ms
// where nothing more is sent. Those that come too fast are left out, save the
// last.
function makePoint(model, draw) {
  let sent = model.get("answered");
  let waits = false;
  const send = () => {
    sent = Math.max(sent, model.get("answered"));
    if (!waits || sent >= model.get("answered") + AHEAD) return;
    waits = false;
    sent += 1;
    model.send({ serial: sent, point: point.here });
  };
  const point = {
    here: [model.get("x"), model.get("y")],
    move(place) {
      const [left, right, bottom, top] = model.get("limits");
      point.here = [clamp(place[0], left, right), clamp(place[1], bottom, top)];
      waits = true;
      draw();
      send();
    },
    answered() {
      send();
      if (sent > model.get("answered")) return;
      point.here = [model.get("x"), model.get("y")];
      draw();
    },
  };
  return point;
}

// --- The plane ---------------------------------------------------------------

function addMap(parent, model) {
  const node = add(parent, "div", {
    class: "vae-map",
    tabindex: 0,
    role: "application",
    "aria-label": model.get("label"),
  });
  node.style.width = `${model.get("wide")}px`;
  const png = new Blob([bytes(model, "backdrop")], { type: "image/png" });
  const url = URL.createObjectURL(png);
  const backdrop = add(node, "img", { alt: "", draggable: false });
  backdrop.onload = () => URL.revokeObjectURL(url);
  backdrop.src = url;
  const svg = add(node, "svg", { "aria-hidden": true });
  ["left", "top", "width", "height"].forEach((side, k) => {
    svg.style[side] = percent(model.get("area")[k]);
  });
  const unit = { viewBox: "0 0 1 1", preserveAspectRatio: "none" };
  const dots = add(svg, "svg", unit);
  const twice = (parent, name, more) =>
    ["rim", "ink"].map((look) => add(parent, name, { class: look, ...more }));
  return {
    node,
    svg,
    trail: twice(dots, "path"),
    line: add(svg, "line", { class: "walk" }),
    ends: ["A", "B"].map((name) => add(svg, "text", {}, name)),
    across: add(svg, "line", { x1: 0, x2: "100%" }),
    down: add(svg, "line", { y1: 0, y2: "100%" }),
    rings: twice(svg, "circle", { r: 8 }),
  };
}

function listen({ node, svg }, walk, model, point) {
  const toPointer = (event) => {
    const box = svg.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    point.move(placeOf(model, [across, down]));
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    walk.stop();
    node.setPointerCapture(event.pointerId);
    toPointer(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) toPointer(event);
  });
  node.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way || !isPlain(event)) return;
    event.preventDefault();
    walk.stop();
    const step = event.shiftKey ? 10 * STEP : STEP;
    const place = shares(model, point.here);
    point.move(placeOf(model, place.map((share, k) => share + way[k] * step)));
  });
}

function shares(model, [x, y]) {
  const [left, right, bottom, top] = model.get("limits");
  return [(x - left) / (right - left), (y - top) / (bottom - top)];
}

function placeOf(model, [across, down]) {
  const [left, right, bottom, top] = model.get("limits");
  return [left + across * (right - left), top + down * (bottom - top)];
}

function drawPoint({ across, down, rings }, place) {
  const [x, y] = place.map(percent);
  set(across, { y1: y, y2: y });
  set(down, { x1: x, x2: x });
  for (const ring of rings) set(ring, { cx: x, cy: y });
}

function drawTrail({ trail }, model) {
  const dot = (place) => `M${shares(model, place).join(" ")}h0`;
  const d = places(model, "trail").map(dot).join("");
  for (const path of trail) set(path, { d });
}

function drawWalk({ line, ends }, model) {
  const walk = places(model, "walk");
  const [[x1, y1], [x2, y2]] = [walk[0], walk.at(-1)].map((place) =>
    shares(model, place).map(percent));
  set(line, { x1, y1, x2, y2 });
  set(ends[0], { x: x1, y: y1 });
  set(ends[1], { x: x2, y: y2 });
}

// --- The controls below it ---------------------------------------------------

function addSlider(parent, model, point, k) {
  const [min, max] = model.get("limits").slice(2 * k, 2 * k + 2);
  const label = add(parent, "label", { class: "vae-slider" }, `z[:, ${k}]`);
  const step = (max - min) / 200;
  const slider = add(label, "input", { type: "range", min, max, step });
  slider.addEventListener("input", () => {
    point.move(point.here.map((x, i) => (i === k ? Number(slider.value) : x)));
  });
  return () => {
    slider.value = point.here[k];
    set(slider, { "aria-valuetext": point.here[k].toFixed(2) });
  };
}

function addWalk(parent, model, point) {
  const row = add(parent, "div", { class: "vae-walk" });
  const play = add(row, "button", { class: "jupyter-button" });
  let ticking = null;
  const show = () => {
    play.textContent = ticking ? "Stop" : "Walk from A to B";
  };
  const stop = () => {
    clearInterval(ticking);
    ticking = null;
    show();
  };
  const start = () => {
    const walk = places(model, "walk");
    ticking = setInterval(() => {
      point.move(walk.shift());
      if (!walk.length) stop();
    }, TICK);
    show();
  };
  play.addEventListener("click", () => (ticking ? stop() : start()));
  ["A", "B"].forEach((name, k) => {
    const text = `Put ${name} here`;
    const button = add(row, "button", { class: "jupyter-button" }, text);
    button.addEventListener("click", () => {
      const ends = [...model.get("ends")];
      ends[k] = point.here;
      model.set("ends", ends);
      model.save_changes();
    });
  });
  show();
  return { stop };
}

// --- The pictures beside it --------------------------------------------------

function addAnswer(parent, model) {
  const pictures = model.get("captions").map(() => {
    const figure = add(parent, "figure");
    const canvas = add(figure, "canvas", { role: "img" });
    return { canvas, caption: add(figure, "figcaption") };
  });
  const words = add(parent, "p", { class: "vae-words" });
  const spoken = add(parent, "div", { class: "vae-spoken", role: "status" });
  let waiting = null;
  const draw = () => {
    const [height, width] = model.get("shape");
    const ink = new Uint8Array(bytes(model, "pictures"));
    pictures.forEach(({ canvas, caption }, k) => {
      const text = model.get("captions")[k];
      paint(canvas, ink.subarray(k * height * width), height, width);
      set(canvas, { "aria-label": text });
      caption.textContent = text;
    });
    words.textContent = model.get("words");
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      spoken.textContent = model.get("words");
    }, SILENCE);
  };
  return { draw, stop: () => clearTimeout(waiting) };
}

function paint(canvas, ink, height, width) {
  Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    picture.data.fill(255 - ink[k], 4 * k, 4 * k + 3);
    picture.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
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

function places(model, name) {
  const numbers = new Float32Array(bytes(model, name));
  return Array.from({ length: numbers.length / 2 }, (_, k) =>
    [numbers[2 * k], numbers[2 * k + 1]]);
}

export default { render };
